// Made from proto/sidecar/report/v1/report.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What compute agents tell those who must know: the control plane, and any one proxy, which tells the others.
///
/// The agent dials; one stream per listener, kept open for the agent's life. Both ends prove themselves by mTLS, and an
/// agent may speak only for the endpoint in its certificate (URI SAN sidecar://compute/<endpoint>/<compute id>).
package enum ReportV1 {}

extension ReportV1 {
    /// Where a compute is in its life. Sent by the agent.
    package enum ComputeState: RawRepresentable, Hashable, Sendable {
        /// Not set by anyone; a listener treats it as unknown.
        case unspecified
        /// No specification yet.
        case empty
        /// A specification has come and waits to be taken up.
        case configurationPending
        /// The specification is being applied to a running Postgres.
        case configuration
        /// Postgres is being prepared and started.
        case `init`
        /// Postgres accepts connections.
        case running
        /// A newer specification is wanted from the control plane.
        case refreshConfigurationPending
        /// The newer specification is being fetched.
        case refreshConfiguration
        /// Could not be started or kept running; Transition.error says why. Nothing serves.
        case failed
        /// Told to stop in order. Nobody should dial it any more.
        case terminationPendingFast
        /// Told to stop without waiting. Nobody should dial it any more.
        case terminationPendingImmediate
        /// Postgres has ended; the last transition of a generation.
        case terminated
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .empty
            case 2: self = .configurationPending
            case 3: self = .configuration
            case 4: self = .`init`
            case 5: self = .running
            case 6: self = .refreshConfigurationPending
            case 7: self = .refreshConfiguration
            case 8: self = .failed
            case 9: self = .terminationPendingFast
            case 10: self = .terminationPendingImmediate
            case 11: self = .terminated
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .empty: 1
            case .configurationPending: 2
            case .configuration: 3
            case .`init`: 4
            case .running: 5
            case .refreshConfigurationPending: 6
            case .refreshConfiguration: 7
            case .failed: 8
            case .terminationPendingFast: 9
            case .terminationPendingImmediate: 10
            case .terminated: 11
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// Whether clients use the compute, as the agent sees it in Postgres.
    package enum Activity: RawRepresentable, Hashable, Sendable {
        /// Not looked yet, or looking failed. Never to be read as idle.
        case unknown
        /// At least one client session is at work.
        case active
        /// No client session since Transition.last_active_unix_micros.
        case idle
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unknown
            case 1: self = .active
            case 2: self = .idle
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unknown: 0
            case .active: 1
            case .idle: 2
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// Who or what is at work. The first that applies, in this order.
    package enum ActivityReason: RawRepresentable, Hashable, Sendable {
        /// Not active, or nobody said.
        case unspecified
        /// A client's session is not idle, or was not since the last look.
        case client
        /// Somebody replicates from it.
        case walSender
        /// It replicates from somebody.
        case logicalSubscription
        /// A prepared transaction waits for its end.
        case preparedTransaction
        /// Autovacuum is at work, and counts by policy.
        case autovacuum
        /// A background worker that is not PostgreSQL's own is at work, such as a scheduler of jobs.
        case backgroundWorker
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .client
            case 2: self = .walSender
            case 3: self = .logicalSubscription
            case 4: self = .preparedTransaction
            case 5: self = .autovacuum
            case 6: self = .backgroundWorker
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .client: 1
            case .walSender: 2
            case .logicalSubscription: 3
            case .preparedTransaction: 4
            case .autovacuum: 5
            case .backgroundWorker: 6
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package enum PageserverProtocol: RawRepresentable, Hashable, Sendable {
        case libpq
        case grpc
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .libpq
            case 1: self = .grpc
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .libpq: 0
            case .grpc: 1
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// Orders everything known about an endpoint: by generation, then by sequence. The newer version wins, whoever sent it.
    package struct Version: Equatable, Sendable {
        /// Given by the control plane, raised at each start of the endpoint. 0: no start yet.
        package var generation: UInt64
        /// Given by the agent, one per transition in a generation, from 1.
        package var sequence: UInt64

        package init(generation: UInt64 = 0, sequence: UInt64 = 0) {
            self.generation = generation
            self.sequence = sequence
        }
    }

    /// One change of a compute, complete in itself: a listener needs no earlier one to act on it. Sent by the agent.
    package struct Transition: Equatable, Sendable {
        /// The endpoint's name: [a-z0-9-], 1 to 63 bytes.
        package var endpoint: String
        /// This instance of the endpoint, new in every generation.
        package var computeID: String
        package var version: ReportV1.Version?
        package var state: ReportV1.ComputeState
        /// Equal to state when only the activity changed.
        package var previousState: ReportV1.ComputeState
        /// When it happened by the agent's clock: microseconds since 1970-01-01 UTC. For people; versions decide order.
        package var atUnixMicros: Int64
        /// Where Postgres listens, "host:port". Empty until it is known.
        package var address: String
        /// The name that Postgres' TLS certificate must carry: the compute id.
        package var serverName: String
        /// Absent when the compute keeps its data on a local disk.
        package var pageserver: ReportV1.PageserverConnectionInfo?
        /// What went wrong, for the operator: may name paths and hosts. Why state is FAILED, or why what RUNNING serves is not
        /// what it should be: a change could not be applied, a lease was lost. Empty otherwise.
        package var error: String
        package var activity: ReportV1.Activity
        /// Last time a client was seen at work: microseconds since 1970-01-01 UTC. 0: never in this generation.
        package var lastActiveUnixMicros: Int64
        /// The event that caused it, in a few words for the operator: "postgres exited: signal 9".
        package var reason: String
        /// Where the agent answers proxies (sidecar.secret.v1.RoleSecrets), "host:port". Empty: nowhere.
        package var agentAddress: String
        /// Another number whenever a role's secret may have changed: a listener that heard another one before lets go of what it
        /// has fetched. 0: nobody has looked.
        package var roleSecretsRevision: UInt64
        /// What ACTIVITY_ACTIVE is about.
        package var activityReason: ReportV1.ActivityReason
        /// What the compute would like to be given. Absent: it has what it needs, or nobody measures.
        package var scaleRequest: ReportV1.ScaleRequest?

        package init(
            endpoint: String = "", computeID: String = "", version: ReportV1.Version? = nil,
            state: ReportV1.ComputeState = .unspecified, previousState: ReportV1.ComputeState = .unspecified,
            atUnixMicros: Int64 = 0, address: String = "", serverName: String = "",
            pageserver: ReportV1.PageserverConnectionInfo? = nil, error: String = "",
            activity: ReportV1.Activity = .unknown, lastActiveUnixMicros: Int64 = 0, reason: String = "",
            agentAddress: String = "", roleSecretsRevision: UInt64 = 0,
            activityReason: ReportV1.ActivityReason = .unspecified, scaleRequest: ReportV1.ScaleRequest? = nil
        ) {
            self.endpoint = endpoint
            self.computeID = computeID
            self.version = version
            self.state = state
            self.previousState = previousState
            self.atUnixMicros = atUnixMicros
            self.address = address
            self.serverName = serverName
            self.pageserver = pageserver
            self.error = error
            self.activity = activity
            self.lastActiveUnixMicros = lastActiveUnixMicros
            self.reason = reason
            self.agentAddress = agentAddress
            self.roleSecretsRevision = roleSecretsRevision
            self.activityReason = activityReason
            self.scaleRequest = scaleRequest
        }
    }

    /// What a compute would like to have, as its agent measures it in the compute's own cgroup. It stands until a later
    /// Transition carries another, or none. Sent by the agent.
    package struct ScaleRequest: Equatable, Sendable {
        /// Memory it would like to be limited to, in bytes: more than it has, or as little as would do.
        package var memoryBytes: UInt64
        /// Memory it is limited to, in bytes. 0: it is not.
        package var memoryLimitBytes: UInt64
        /// Memory it cannot give back, in bytes.
        package var memoryUsedBytes: UInt64
        /// How much of the time some process waited for memory lately, in thousandths.
        package var memoryStallPermille: UInt32
        /// For the operator, in a few words.
        package var reason: String

        package init(
            memoryBytes: UInt64 = 0, memoryLimitBytes: UInt64 = 0, memoryUsedBytes: UInt64 = 0,
            memoryStallPermille: UInt32 = 0, reason: String = ""
        ) {
            self.memoryBytes = memoryBytes
            self.memoryLimitBytes = memoryLimitBytes
            self.memoryUsedBytes = memoryUsedBytes
            self.memoryStallPermille = memoryStallPermille
            self.reason = reason
        }
    }

    /// Where the compute's pages are kept, resolved and checked by the agent.
    package struct PageserverConnectionInfo: Equatable, Sendable {
        /// Shards in all, at least 1. 0: not sharded.
        package var shardCount: UInt32
        /// Pages per stripe. 0: unset, as when there is one shard.
        package var stripeSize: UInt32
        /// One entry per shard.
        package var shards: [ReportV1.PageserverShard]
        /// What the compute would rather speak to them.
        package var preferProtocol: ReportV1.PageserverProtocol

        package init(
            shardCount: UInt32 = 0, stripeSize: UInt32 = 0, shards: [ReportV1.PageserverShard] = [],
            preferProtocol: ReportV1.PageserverProtocol = .libpq
        ) {
            self.shardCount = shardCount
            self.stripeSize = stripeSize
            self.shards = shards
            self.preferProtocol = preferProtocol
        }
    }

    /// The pageservers that hold one shard, the preferred first.
    package struct PageserverShard: Equatable, Sendable {
        /// Shard number and shard count as four hexadecimal digits: "0002" is shard 0 of 2.
        package var index: String
        package var pageservers: [ReportV1.Pageserver]

        package init(index: String = "", pageservers: [ReportV1.Pageserver] = []) {
            self.index = index
            self.pageservers = pageservers
        }
    }

    /// One pageserver. At least one of the URLs is set.
    package struct Pageserver: Equatable, Sendable {
        package var id: UInt64
        /// postgresql://…
        package var libpqURL: String
        /// grpc://…
        package var grpcURL: String

        package init(id: UInt64 = 0, libpqURL: String = "", grpcURL: String = "") {
            self.id = id
            self.libpqURL = libpqURL
            self.grpcURL = grpcURL
        }
    }

    /// Sent by the listener.
    package struct Ack: Equatable, Sendable {
        /// Everything up to and including this version is applied by the listener. Absent: says nothing of that.
        package var version: ReportV1.Version?
        /// Sent by the control plane alone: stop in order if nobody has come since this version, which was idle. The agent
        /// looks once more and decides; its answer is a later transition: TERMINATION_PENDING_FAST, or RUNNING when it stays.
        package var stopIfIdle: ReportV1.Version?

        package init(version: ReportV1.Version? = nil, stopIfIdle: ReportV1.Version? = nil) {
            self.version = version
            self.stopIfIdle = stopIfIdle
        }
    }

}

extension ReportV1.Version: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Version>) {
        unsafe sidecar__report__v1__version__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__Version>, in arena: Arena) throws(MessageFailure) {
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Version>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
    }
}

extension ReportV1.Transition: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Transition>) {
        unsafe sidecar__report__v1__transition__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__Transition>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
        version = try unsafe arena.message(at: c.pointee.version)
        state = unsafe ReportV1.ComputeState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        previousState = unsafe ReportV1.ComputeState(rawValue: Int32(bitPattern: c.pointee.previous_state.rawValue))
        atUnixMicros = unsafe c.pointee.at_unix_micros
        address = try unsafe arena.string(at: c.pointee.address)
        serverName = try unsafe arena.string(at: c.pointee.server_name)
        pageserver = try unsafe arena.message(at: c.pointee.pageserver)
        error = try unsafe arena.string(at: c.pointee.error)
        activity = unsafe ReportV1.Activity(rawValue: Int32(bitPattern: c.pointee.activity.rawValue))
        lastActiveUnixMicros = unsafe c.pointee.last_active_unix_micros
        reason = try unsafe arena.string(at: c.pointee.reason)
        agentAddress = try unsafe arena.string(at: c.pointee.agent_address)
        roleSecretsRevision = unsafe c.pointee.role_secrets_revision
        activityReason = unsafe ReportV1.ActivityReason(rawValue: Int32(bitPattern: c.pointee.activity_reason.rawValue))
        scaleRequest = try unsafe arena.message(at: c.pointee.scale_request)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Transition>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.compute_id = try arena.place(computeID)
        unsafe c.pointee.version = try arena.place(version)
        unsafe c.pointee.state = Sidecar__Report__V1__ComputeState(rawValue: UInt32(bitPattern: state.rawValue))
        unsafe c.pointee.previous_state = Sidecar__Report__V1__ComputeState(
            rawValue: UInt32(bitPattern: previousState.rawValue))
        unsafe c.pointee.at_unix_micros = atUnixMicros
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.server_name = try arena.place(serverName)
        unsafe c.pointee.pageserver = try arena.place(pageserver)
        unsafe c.pointee.error = try arena.place(error)
        unsafe c.pointee.activity = Sidecar__Report__V1__Activity(rawValue: UInt32(bitPattern: activity.rawValue))
        unsafe c.pointee.last_active_unix_micros = lastActiveUnixMicros
        unsafe c.pointee.reason = try arena.place(reason)
        unsafe c.pointee.agent_address = try arena.place(agentAddress)
        unsafe c.pointee.role_secrets_revision = roleSecretsRevision
        unsafe c.pointee.activity_reason = Sidecar__Report__V1__ActivityReason(
            rawValue: UInt32(bitPattern: activityReason.rawValue))
        unsafe c.pointee.scale_request = try arena.place(scaleRequest)
    }
}

extension ReportV1.ScaleRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__ScaleRequest>) {
        unsafe sidecar__report__v1__scale_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__ScaleRequest>, in arena: Arena) throws(MessageFailure) {
        memoryBytes = unsafe c.pointee.memory_bytes
        memoryLimitBytes = unsafe c.pointee.memory_limit_bytes
        memoryUsedBytes = unsafe c.pointee.memory_used_bytes
        memoryStallPermille = unsafe c.pointee.memory_stall_permille
        reason = try unsafe arena.string(at: c.pointee.reason)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__ScaleRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.memory_bytes = memoryBytes
        unsafe c.pointee.memory_limit_bytes = memoryLimitBytes
        unsafe c.pointee.memory_used_bytes = memoryUsedBytes
        unsafe c.pointee.memory_stall_permille = memoryStallPermille
        unsafe c.pointee.reason = try arena.place(reason)
    }
}

extension ReportV1.PageserverConnectionInfo: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__PageserverConnectionInfo>) {
        unsafe sidecar__report__v1__pageserver_connection_info__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__PageserverConnectionInfo>, in arena: Arena)
        throws(MessageFailure)
    {
        shardCount = unsafe c.pointee.shard_count
        stripeSize = unsafe c.pointee.stripe_size
        shards = try unsafe arena.messages(at: c.pointee.shards, count: c.pointee.n_shards)
        preferProtocol = unsafe ReportV1.PageserverProtocol(
            rawValue: Int32(bitPattern: c.pointee.prefer_protocol.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__PageserverConnectionInfo>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.shard_count = shardCount
        unsafe c.pointee.stripe_size = stripeSize
        unsafe c.pointee.n_shards = shards.count
        unsafe c.pointee.shards = try arena.place(shards)
        unsafe c.pointee.prefer_protocol = Sidecar__Report__V1__PageserverProtocol(
            rawValue: UInt32(bitPattern: preferProtocol.rawValue))
    }
}

extension ReportV1.PageserverShard: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__PageserverShard>) {
        unsafe sidecar__report__v1__pageserver_shard__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__PageserverShard>, in arena: Arena) throws(MessageFailure) {
        index = try unsafe arena.string(at: c.pointee.index)
        pageservers = try unsafe arena.messages(at: c.pointee.pageservers, count: c.pointee.n_pageservers)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__PageserverShard>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.index = try arena.place(index)
        unsafe c.pointee.n_pageservers = pageservers.count
        unsafe c.pointee.pageservers = try arena.place(pageservers)
    }
}

extension ReportV1.Pageserver: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Pageserver>) {
        unsafe sidecar__report__v1__pageserver__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__Pageserver>, in arena: Arena) throws(MessageFailure) {
        id = unsafe c.pointee.id
        libpqURL = try unsafe arena.string(at: c.pointee.libpq_url)
        grpcURL = try unsafe arena.string(at: c.pointee.grpc_url)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Pageserver>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.id = id
        unsafe c.pointee.libpq_url = try arena.place(libpqURL)
        unsafe c.pointee.grpc_url = try arena.place(grpcURL)
    }
}

extension ReportV1.Ack: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Ack>) {
        unsafe sidecar__report__v1__ack__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Report__V1__Ack>, in arena: Arena) throws(MessageFailure) {
        version = try unsafe arena.message(at: c.pointee.version)
        stopIfIdle = try unsafe arena.message(at: c.pointee.stop_if_idle)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Report__V1__Ack>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.version = try arena.place(version)
        unsafe c.pointee.stop_if_idle = try arena.place(stopIfIdle)
    }
}
