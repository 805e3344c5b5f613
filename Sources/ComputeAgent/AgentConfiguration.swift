package import Logging
internal import PostgresWire

/// Everything one agent must be told.
package struct AgentConfiguration: Sendable {
    /// The endpoint this compute serves, `[a-z0-9-]`, 1 to 63 bytes.
    package var endpoint: String
    /// This instance; the name in its certificate.
    package var computeID: String
    /// From the control plane, at least 1.
    package var generation: UInt64
    package var specSource: SpecSource
    /// The data directory.
    package var directory: String
    package var binaries: PostgresBinaries
    /// What Postgres listens on: an address, and a port from 1.
    package var listenHost: String
    package var port: Int
    /// Where proxies may ask for role secrets, on the address that Postgres listens on. 0 takes a free one.
    package var grpcPort = 0
    /// Who is told what happens. Each target gets every transition; of a target with several addresses, one at a time
    /// does, and another one when that is lost: proxies tell each other.
    package var reportTargets: [ReportAddresses]
    package var certificates: AgentCertificates
    /// Whom Postgres runs as when the agent is root. Without it `postgres`, or `nobody`.
    package var runAs: String?
    /// A role that may do in every database what its owner may, and that every role of the spec is a member of. `nil`: there
    /// is none.
    package var privilegedRole: String?
    /// How often the monitor looks who is being served.
    package var monitorInterval: Duration = .seconds(1)
    /// Who hears what the compute would like to be given.
    package var autoscaling: AutoscalingSettings?
    /// What counts as being served.
    package var activityPolicy = ActivityPolicy()
    /// How long one such look may take.
    package var lookLimit: Duration = .seconds(5)
    /// How long Postgres may say nothing at all before it is taken for dead.
    package var silenceLimit: Duration = .seconds(30)
    /// How often the agent knocks, to know whether Postgres takes new connections.
    package var knockInterval: Duration = .seconds(10)
    /// How often extensions are counted, each database by a session.
    package var extensionCensusInterval: Duration = .seconds(3600)
    /// How long an idle Postgres that is being stopped waits for queries that began at the last moment.
    package var lastQueryLimit: Duration = .seconds(60)
    /// How long a fast termination waits for sessions to end by themselves while nobody new gets in (PostgreSQL's smart
    /// shutdown). Zero ends them at once.
    package var smartStopLimit: Duration = .zero
    /// How long Postgres may take from its start until it serves, recovery included. A recovery that is broken off begins anew
    /// at the next start, so too short a limit means never.
    package var startLimit: Duration = .seconds(300)
    /// How long a fast shutdown may take before it becomes an immediate one.
    package var fastStopLimit: Duration = .seconds(10)
    /// How long an immediate shutdown may take before the processes are killed.
    package var immediateStopLimit: Duration = .seconds(5)
    /// How long the apply of roles and databases may take.
    package var catalogLimits = CatalogLimits()
    /// How long stopping Postgres waits for the announcement to be acknowledged.
    package var announcementLimit: Duration = .milliseconds(500)
    /// How long the last report of this agent's life may take.
    package var lastReportLimit: Duration = .seconds(2)
    /// Transitions kept for a listener that does not answer.
    package var reportQueueLimit = 256
    /// For computes whose data is elsewhere.
    package var storage = StorageOptions()
    /// For computes whose Postgres is somebody else's.
    package var attach = AttachOptions()
    /// Where the nodes of storage are, for what a storage controller says of them by number (``StorageNodes``).
    package var storageNodesFile: String?
    /// Whether this process is the parent of whoever below it loses his own, and sees to their ends: for a process that
    /// is an agent and nothing else.
    package var takesInOrphans = false
    /// `nil` serves no HTTP.
    package var http: AgentHTTPConfiguration?
    package var log: Logger

    package init(
        endpoint: String, computeID: String, generation: UInt64, specSource: SpecSource, directory: String,
        binaries: PostgresBinaries, listenHost: String, port: Int, reportTargets: [ReportAddresses],
        certificates: AgentCertificates, runAs: String? = nil, log: Logger
    ) {
        self.endpoint = endpoint
        self.computeID = computeID
        self.generation = generation
        self.specSource = specSource
        self.directory = directory
        self.binaries = binaries
        self.listenHost = listenHost
        self.port = port
        self.reportTargets = reportTargets
        self.certificates = certificates
        self.runAs = runAs
        self.log = log
    }

    /// - Returns: why no role may be called that; `nil` for a name that can be used.
    package static func flaw(ofPrivilegedRole name: String) -> String? {
        CatalogName.flaw(ofRole: name).map { "\($0)" }
    }

    /// How long stopping Postgres may take, each step at its longest.
    var stopLimit: Duration {
        announcementLimit + lastQueryLimit + smartStopLimit + fastStopLimit + immediateStopLimit * 2
    }

    /// Where the agent itself reaches its Postgres.
    var loopbackHost: String {
        switch listenHost {
        case "0.0.0.0", "*", "": "127.0.0.1"
        case "::": "::1"
        default: listenHost  // An address of this machine; any string is possible here, checked by Postgres.
        }
    }
}

/// `host:port`, the host possibly an IPv6 address in brackets.
package struct HostAndPort: Equatable, Sendable, CustomStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
