internal import ArgumentParser
internal import Glibc
internal import SystemPackage

/// The whole fleet on this machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "The whole fleet on this machine: control plane, proxies, and databases as needed.",
        discussion: """
            When everything is ready, standard output has one line to paste into a shell, and DIR/fleet.json has the same \
            for scripts. Ctrl-C (or SIGTERM) stops everything in order; a second one at once.
            """)

    @Option(help: "Folder that keeps everything: endpoints, data, certificates, logs.")
    var data = ".sidecar"

    @Option(help: "How many edge proxies, 1 to 16.")
    var proxies = 2

    @Option(help: "What follows an endpoint's name in the host that clients ask for.")
    var domain = "localtest.me"

    @Option(help: "Where the first proxy listens; the others take the ports after it. Port 0: free ports for all.")
    var listen = ListenAddress(host: "127.0.0.1", port: 4432)

    @Option(help: "How long a database stays up that nobody uses: 30s, 5m, 1h or never. (default: 5m)")
    var suspendAfter: DurationArgument?

    @Option(help: "How long a proxy waits for its sessions when it is stopped. (default: 2s)")
    var drainDeadline: DurationArgument?

    @Option(help: "The postgres program, or its folder. Default: PostgreSQL 15, else the newest.")
    var pgbin: String?

    @Option(help: "Whom Postgres runs as when this is root. Default: postgres, else nobody.")
    var runAs: String?

    @OptionGroup var log: LogFormatOption
    @OptionGroup var file: ConfigurationFileOption

    func run() async throws {
        // Whoever reads our output may leave; the fleet stays.
        signal(SIGPIPE, SIG_IGN)
        let began = ContinuousClock.now
        let settings = try settings()
        let stops = await StopRequests.listen(lifeline: false)
        let folder = try DataFolder(data, postgresRunsAs: settings.user)
        let fleet: Fleet
        do {
            fleet = try await Fleet.start(settings, in: folder)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("the fleet cannot start: \(error)")
        }
        Self.say(
            "\(proxies == 1 ? "1 proxy" : "\(proxies) proxies") ready after \(began.duration(to: .now).asSeconds); logs in \(data)/logs; Ctrl-C stops everything"
        )
        print(fleet.invitation)
        fflush(nil)
        await serve(fleet, until: stops)
    }

    private func serve(_ fleet: Fleet, until stops: AsyncStream<StopRequest>) async {
        for await _ in stops { break }
        Self.say("stopping; a second Ctrl-C stops at once")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await fleet.stop() }
            group.addTask {
                for await _ in stops { return await fleet.hurry() }
            }
            // The first to end is the stop: hurrying ends only what the stop waits for, and is then called off.
            await group.next()
            group.cancelAll()
        }
        Self.say("stopped")
    }

    private func settings() throws -> FleetSettings {
        guard (1...FleetPlan.proxyLimit).contains(proxies) else {
            throw CommandFailure.badConfiguration("--proxies: must be 1 to \(FleetPlan.proxyLimit)")
        }
        guard Domain.isValid(domain) else {
            throw CommandFailure.badConfiguration("--domain: “\(domain)” is no domain name")
        }
        if let drainDeadline, drainDeadline.duration == nil {
            throw CommandFailure.badConfiguration("--drain-deadline: must be a time, such as 2s")
        }
        return FleetSettings(
            listen: try listen.numeric(), proxyCount: proxies, domain: domain,
            suspendAfter: suspendAfter.map(\.duration) ?? .seconds(300),
            drainDeadline: drainDeadline?.duration ?? .seconds(2), binaries: try PostgresInstallation.find(pgbin),
            user: try PostgresInstallation.user(runAs))
    }

    static func say(_ words: String) {
        // Nobody may be reading.
        try? FileDescriptor.standardError.write(line: "sidecar: \(words)")
    }
}
