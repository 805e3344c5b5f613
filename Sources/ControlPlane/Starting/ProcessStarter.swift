internal import FoundationEssentials
internal import Glibc
package import Gossip
package import Logging
internal import Telemetry

/// Starts computes as `sidecar agent` processes of this machine, one folder each:
/// `FOLDER/<endpoint>/{pgdata, spec.json, certs/{ca.crt, tls.crt, tls.key}}`.
package struct ProcessStarter: ComputeStarter {
    package struct Configuration: Sendable {
        /// The program that is both this and the agent.
        package var executable: String
        /// Where computes live. The user that Postgres runs as must be able to reach it.
        package var folder: String
        package var logFolder: String
        /// A `postgres` program; `nil` leaves the choice to the agent.
        package var postgres: String?
        /// `nil` leaves the choice to the agent.
        package var runAs: String?
        /// `host:port` of everybody who is to hear of transitions, the control plane among them.
        package var reportTo: [String]
        package var suspendAfter: Duration?

        package init(
            executable: String, folder: String, logFolder: String, postgres: String? = nil, runAs: String? = nil,
            reportTo: [String], suspendAfter: Duration?
        ) {
            self.executable = executable
            self.folder = folder
            self.logFolder = logFolder
            self.postgres = postgres
            self.runAs = runAs
            self.reportTo = reportTo
            self.suspendAfter = suspendAfter
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    private static let host = "127.0.0.1"
    private static let dataFolder = "pgdata"
    private let configuration: Configuration
    private let authority: Authority
    private let log: Logger

    package init(_ configuration: Configuration, authority: Authority, log: Logger) {
        self.configuration = configuration
        self.authority = authority
        self.log = log
    }

    package func start(_ record: EndpointRecord) async throws -> any RunningCompute {
        let computeID = EndpointRecord.computeID(record.name, generation: record.generation)
        let folder = self.folder(of: record.name)
        // Postgres' own user passes through on the way to its data; every file here has its own, tighter mode.
        try Self.makeFolder(folder, mode: 0o755)
        try Self.makeFolder(folder + "/certs", mode: 0o700)
        try writeCertificate(computeID, of: record.name, in: folder + "/certs")
        let specification = folder + "/spec.json"
        try SecureFile.write(
            ComputeSpecDocument(record, suspendAfter: configuration.suspendAfter).json(), to: specification)
        guard let port = FreePort.pick() else {
            throw Failure(description: "no free port on \(Self.host)")
        }
        let process = try await ChildProcess.start(
            .init(
                executable: configuration.executable,
                arguments: arguments(record, computeID: computeID, specification: specification, port: port),
                logFile: "\(configuration.logFolder)/compute-\(record.name).log"))
        log.info(
            "an agent started",
            metadata: ["ep": "\(record.name)", "compute": "\(computeID)", "pid": "\(process.processID)"])
        return AgentProcess(process: process, dataFolder: "\(folder)/\(Self.dataFolder)")
    }

    /// Of every folder here, also of endpoints that nobody remembers.
    package func endLeftovers() async {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: configuration.folder)) ?? []
        await withTaskGroup(of: Void.self) { group in
            for entry in entries {
                let data = "\(configuration.folder)/\(entry)/\(Self.dataFolder)"
                group.addTask {
                    if await Leftovers.end(in: data, gently: true) {
                        log.warning("ended a Postgres that an earlier start had left", metadata: ["path": "\(data)"])
                    }
                }
            }
        }
    }

    package func removeData(of endpoint: EndpointName) async throws {
        let folder = folder(of: endpoint)
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func folder(of endpoint: EndpointName) -> String { configuration.folder + "/" + endpoint.text }

    private func arguments(
        _ record: EndpointRecord, computeID: String, specification: String, port: Int
    ) -> [String] {
        let folder = self.folder(of: record.name)
        var arguments = [
            "agent", "--endpoint", record.name.text, "--compute-id", computeID, "--generation",
            "\(record.generation)", "--config", specification, "--pgdata", "\(folder)/\(Self.dataFolder)", "--listen",
            Self.host,
            "--port", "\(port)", "--report-to", configuration.reportTo.joined(separator: ","), "--certs-dir",
            folder + "/certs", "--lifeline",
            // Many of them on one machine, and we hear of them by their reports.
            "--external-http-port", "none", "--internal-http-port", "none",
        ]
        if let postgres = configuration.postgres { arguments += ["--pgbin", postgres] }
        if let runAs = configuration.runAs { arguments += ["--run-as", runAs] }
        return arguments
    }

    private func writeCertificate(_ computeID: String, of endpoint: EndpointName, in folder: String) throws {
        let identity = FleetIdentity.compute(endpoint, computeID: computeID)
        try authority.leaf(
            "tls",
            for: .init(
                commonName: computeID, dnsNames: [computeID], ipAddresses: [Self.host], uriNames: [identity.uri]),
            in: folder, now: Int64(Date().timeIntervalSince1970))
        try SecureFile.write(Array(authority.certificatePEM.utf8), to: folder + "/ca.crt", mode: 0o644)
    }

    /// Whatever the umask, the mode is what was asked for.
    private static func makeFolder(_ path: String, mode: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}

/// A `sidecar agent` process.
private struct AgentProcess: RunningCompute {
    let process: ChildProcess
    let dataFolder: String

    func stop(_ urgency: StopUrgency) {
        switch urgency {
        case .fast: process.send(SIGTERM)
        case .immediate: process.send(SIGQUIT)
        case .kill: process.killGroup()
        }
    }

    /// An agent that is killed cannot stop its Postgres, and proxies would go on to use it beside the next one.
    func waitForExit() async -> String {
        let cause = await process.waitForExit()
        await Leftovers.end(in: dataFolder)
        return cause
    }
}
