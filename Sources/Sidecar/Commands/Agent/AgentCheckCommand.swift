internal import ArgumentParser
internal import ComputeAgent
internal import NIOPosix
internal import SystemPackage

/// Reads a spec and says what an agent would do with it, without doing any of it.
struct AgentCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a spec, and say what an agent would do with it.",
        discussion: """
            Reads the file that --config of “sidecar agent” takes, the body of a control plane's answer, or that of \
            /configure. Exits 0 when it can be used, and 2 with every fault and its place when it cannot; with --live, 1 when \
            that PostgreSQL cannot be asked or cannot be made all of it. No secret of the spec is printed.
            """)

    @Argument(help: "The file, or “-” for standard input.")
    var spec: String

    @Flag(help: "JSON instead of a text for people.")
    var json = false

    @Flag(name: .customLong("conf"), help: "Print the postgresql.conf as well.")
    var printsConf = false

    @Flag(help: "Print what would be said to a PostgreSQL that has nothing of it yet.")
    var sql = false

    @Option(help: "As of “sidecar agent”, for --sql and --live.")
    var privilegedRoleName: String?

    @Flag(help: "Ask the PostgreSQL at --listen and --port, and print what would change there. Nothing is changed.")
    var live = false

    @Option(help: "For --live: where it listens.")
    var listen = "127.0.0.1"

    @Option(help: "For --live: its port.")
    var port = 5432

    @OptionGroup(title: "How to get in, for --live") var attach: AgentAttachOptions

    func run() async throws {
        if let flaw = privilegedRoleName.flatMap(AgentConfiguration.flaw(ofPrivilegedRole:)) {
            throw CommandFailure.badConfiguration("--privileged-role-name: \(flaw)")
        }
        let bytes = try read()
        let envelope: SpecEnvelope
        do throws(SpecFailure) {
            envelope = try SpecEnvelope(unchecked: bytes)
        } catch {
            return try tell([error])
        }
        guard let spec = envelope.spec else {
            return print(json ? #"{"ok":true,"spec":null}"# : "no spec: waits for one")
        }
        let failures = SpecReview(of: spec).failures
        guard failures.isEmpty else { return try tell(failures) }
        let forecast = live ? try await forecast(of: spec) : nil
        show(SpecPlan(of: spec, beside: envelope.control), forecast, of: spec)
        if forecast?.problems.isEmpty == false { throw ExitCode(1) }
    }

    private func forecast(of spec: ComputeSpec) async throws -> CatalogForecast {
        var options = AttachOptions()
        try attach.apply(to: &options)
        guard (1...65_535).contains(port) else { throw CommandFailure.badConfiguration("--port: must be 1 to 65535") }
        do {
            return try await CatalogForecast.of(
                spec, host: listen, port: port, attach: options, privileged: privilegedRoleName,
                on: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure.failed("--live: \(error)")
        }
    }

    private func read() throws -> [UInt8] {
        // One byte more than is taken, so that too much is seen to be too much.
        let limit = SpecEnvelope.byteLimit + 1
        guard spec != "-" else { return try FileDescriptor.standardInput.bytes(upTo: limit) }
        guard let file = try? FileDescriptor.open(FilePath(spec), .readOnly) else {
            throw CommandFailure.badConfiguration("\(spec): cannot be read")
        }
        return try file.closeAfter { try file.bytes(upTo: limit) }
    }

    /// On standard output like everything else, so that a script has it in one place; the exit code says which it is.
    private func tell(_ failures: [SpecFailure]) throws {
        if json {
            let list = failures.map { JSONValue.object(["path": .string($0.path), "problem": .string($0.problem)]) }
            write(.object(["ok": .bool(false), "problems": .list(list)]))
        } else {
            for failure in failures { print("error: \(failure)") }
        }
        throw ExitCode(2)
    }

    private func show(_ plan: SpecPlan, _ forecast: CatalogForecast?, of spec: ComputeSpec) {
        let conf = printsConf ? conf(of: spec) : nil
        let statements = sql ? SpecStatements(of: spec, privileged: privilegedRoleName).lines : nil
        guard !json else {
            return write(
                .object([
                    "ok": .bool(true), "plan": plan.json, "postgresql_conf": conf.map(JSONValue.string),
                    "sql": statements.map { .list($0.map(JSONValue.string)) }, "live": forecast?.json,
                ]))
        }
        let parts = [
            ("storage", plan.storage), ("pageservers", plan.pageservers), ("files", plan.files), ("roles", plan.roles),
            ("databases", plan.databases), ("changes", plan.changes),
            ("remarks", plan.remarks.map { "\($0.path): \($0.text)" }), ("sql", statements ?? []),
            ("live", forecast.map(Self.lines) ?? []),
        ]
        for (title, lines) in parts where !lines.isEmpty {
            print(title)
            for line in lines { print("  \(line)") }
        }
        if let conf { print("postgresql.conf\n\n\(conf)", terminator: "") }
    }

    private static func lines(of forecast: CatalogForecast) -> [String] {
        forecast.entries.flatMap { entry in
            let verdict =
                entry.problem.map { "cannot be had: \($0)" }
                ?? (entry.statements.isEmpty ? "as it is to be" : "would be changed")
            return ["\(entry.object): \(verdict)"] + entry.statements.map { "  " + $0 }
        }
    }

    /// With the address and port that an agent has when nobody says otherwise.
    private func conf(of spec: ComputeSpec) -> String {
        let pageservers = (try? PageserverResolver.resolve(spec)) ?? nil
        let conf = PostgresConfFile(spec: spec, pageservers: pageservers, listenHost: "127.0.0.1", port: 5432)
        return SpecPlan.withoutPassword(conf.render())
    }

    private func write(_ value: JSONValue) {
        print(String(decoding: value.bytes(isPretty: true), as: UTF8.self))
    }
}
