// Made from proto/sidecar/admin/v1/admin.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What an operator may see and do, served by every proxy. For certificates with sidecar://admin/<name> alone.
package enum AdminV1 {}

extension AdminV1 {
    package struct MembersRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct MembersReply: Equatable, Sendable {
        /// By id.
        package var members: [AdminV1.Member]
        /// Absent from a proxy that does not gossip.
        package var gossip: AdminV1.GossipState?

        package init(members: [AdminV1.Member] = [], gossip: AdminV1.GossipState? = nil) {
            self.members = members
            self.gossip = gossip
        }
    }

    /// How well the asked proxy agrees with the others.
    package struct GossipState: Equatable, Sendable {
        /// Since anybody last had the same state, in milliseconds. 0 for a lone member.
        package var stalenessMillis: UInt64
        /// It has everything that the others knew when it joined.
        package var synced: Bool
        /// A hash of all it knows; equal on members that agree.
        package var stateRoot: UInt64
        package var facts: UInt64
        /// What discovery named last. 0: nothing, or there is none.
        package var addressesFound: UInt32

        package init(
            stalenessMillis: UInt64 = 0, synced: Bool = false, stateRoot: UInt64 = 0, facts: UInt64 = 0,
            addressesFound: UInt32 = 0
        ) {
            self.stalenessMillis = stalenessMillis
            self.synced = synced
            self.stateRoot = stateRoot
            self.facts = facts
            self.addressesFound = addressesFound
        }
    }

    /// One proxy of the fleet.
    package struct Member: Equatable, Sendable {
        package var id: String
        /// "host:port" of its gRPC services.
        package var grpcAddress: String
        /// As the asked proxy sees it: "self"; "alive", "suspect", "dead" or "left" by gossip; without gossip "alive" or
        /// "unreachable".
        package var state: String
        /// It finishes its sessions and takes no new ones.
        package var draining: Bool
        /// When it started: microseconds since 1970-01-01 UTC. 0: unknown.
        package var startedUnixMicros: Int64
        /// Below: gossip's.
        /// "ip:port" of its datagrams. Empty without gossip.
        package var gossipAddress: String
        /// How often it has had to contradict. Part of what is newer about it.
        package var incarnation: UInt64
        /// A moving average, in microseconds. 0: not measured yet.
        package var roundTripMicros: UInt64
        /// Direct probes that went unanswered, of a thousand, a moving average.
        package var lossPerMille: UInt32
        /// Of the key it seals with, and of all it can open with.
        package var sendingKey: UInt32
        package var keys: [UInt32]
        /// It answers over TCP and not over UDP: the network drops datagrams.
        package var streamOnly: Bool
        /// Its Lifeguard score, 0 (well) to 8. Known of the asked proxy alone.
        package var localHealth: UInt32

        package init(
            id: String = "", grpcAddress: String = "", state: String = "", draining: Bool = false,
            startedUnixMicros: Int64 = 0, gossipAddress: String = "", incarnation: UInt64 = 0,
            roundTripMicros: UInt64 = 0, lossPerMille: UInt32 = 0, sendingKey: UInt32 = 0, keys: [UInt32] = [],
            streamOnly: Bool = false, localHealth: UInt32 = 0
        ) {
            self.id = id
            self.grpcAddress = grpcAddress
            self.state = state
            self.draining = draining
            self.startedUnixMicros = startedUnixMicros
            self.gossipAddress = gossipAddress
            self.incarnation = incarnation
            self.roundTripMicros = roundTripMicros
            self.lossPerMille = lossPerMille
            self.sendingKey = sendingKey
            self.keys = keys
            self.streamOnly = streamOnly
            self.localHealth = localHealth
        }
    }

    package struct GossipResyncRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct GossipResyncReply: Equatable, Sendable {

        package init() {
        }
    }

    package struct EndpointsRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct EndpointsReply: Equatable, Sendable {
        /// By name.
        package var endpoints: [AdminV1.EndpointSummary]

        package init(endpoints: [AdminV1.EndpointSummary] = []) {
            self.endpoints = endpoints
        }
    }

    /// One endpoint, as the control plane knows it.
    package struct EndpointSummary: Equatable, Sendable {
        package var name: String
        /// The compute's state in lower case: "running", "init", "terminated". "empty": never started.
        package var state: String
        /// Starts so far.
        package var generation: UInt64
        /// The last transition of that generation. 0: none reported yet.
        package var sequence: UInt64
        /// "host:port" of Postgres. Empty when none runs.
        package var address: String
        /// Empty when none runs.
        package var computeID: String
        /// When any of this last changed: microseconds since 1970-01-01 UTC.
        package var updatedUnixMicros: Int64

        package init(
            name: String = "", state: String = "", generation: UInt64 = 0, sequence: UInt64 = 0, address: String = "",
            computeID: String = "", updatedUnixMicros: Int64 = 0
        ) {
            self.name = name
            self.state = state
            self.generation = generation
            self.sequence = sequence
            self.address = address
            self.computeID = computeID
            self.updatedUnixMicros = updatedUnixMicros
        }
    }

    package struct EndpointShowRequest: Equatable, Sendable {
        package var name: String

        package init(name: String = "") {
            self.name = name
        }
    }

    package struct EndpointShowReply: Equatable, Sendable {
        package var summary: AdminV1.EndpointSummary?
        /// Oldest first; at most the last 200.
        package var history: [AdminV1.HistoryEntry]

        package init(summary: AdminV1.EndpointSummary? = nil, history: [AdminV1.HistoryEntry] = []) {
            self.summary = summary
            self.history = history
        }
    }

    /// One thing that happened to an endpoint.
    package struct HistoryEntry: Equatable, Sendable {
        /// Microseconds since 1970-01-01 UTC, by the clock of the source.
        package var atUnixMicros: Int64
        package var generation: UInt64
        /// 0 for what is not an agent's transition.
        package var sequence: UInt64
        /// Who says so: "agent", "control-plane" or a proxy's id.
        package var source: String
        /// "running", "wake requested", …
        package var event: String
        /// More, for the operator. May be empty.
        package var detail: String

        package init(
            atUnixMicros: Int64 = 0, generation: UInt64 = 0, sequence: UInt64 = 0, source: String = "",
            event: String = "", detail: String = ""
        ) {
            self.atUnixMicros = atUnixMicros
            self.generation = generation
            self.sequence = sequence
            self.source = source
            self.event = event
            self.detail = detail
        }
    }

    package struct EndpointCreateRequest: Equatable, Sendable {
        /// [a-z0-9-], 1 to 63 bytes.
        package var name: String
        /// The role clients log in as. Empty: the endpoint's name.
        package var role: String
        /// Empty: the endpoint's name.
        package var database: String

        package init(name: String = "", role: String = "", database: String = "") {
            self.name = name
            self.role = role
            self.database = database
        }
    }

    package struct EndpointCreateReply: Equatable, Sendable {
        package var name: String
        package var user: String
        /// A secret, and shown this once: only a verifier is kept for logging in.
        package var password: String
        package var database: String

        package init(name: String = "", user: String = "", password: String = "", database: String = "") {
            self.name = name
            self.user = user
            self.password = password
            self.database = database
        }
    }

    package struct WakeRequest: Equatable, Sendable {
        package var name: String
        /// How long to wait, in milliseconds. 0: the proxy's default.
        package var timeoutMillis: UInt64

        package init(name: String = "", timeoutMillis: UInt64 = 0) {
            self.name = name
            self.timeoutMillis = timeoutMillis
        }
    }

    package struct WakeReply: Equatable, Sendable {
        package var location: AdminV1.ComputeLocation?

        package init(location: AdminV1.ComputeLocation? = nil) {
            self.location = location
        }
    }

    /// A compute that accepts connections.
    package struct ComputeLocation: Equatable, Sendable {
        package var endpoint: String
        package var generation: UInt64
        package var sequence: UInt64
        /// "host:port" of Postgres.
        package var address: String
        /// The name that its TLS certificate must carry.
        package var serverName: String
        package var computeID: String

        package init(
            endpoint: String = "", generation: UInt64 = 0, sequence: UInt64 = 0, address: String = "",
            serverName: String = "", computeID: String = ""
        ) {
            self.endpoint = endpoint
            self.generation = generation
            self.sequence = sequence
            self.address = address
            self.serverName = serverName
            self.computeID = computeID
        }
    }

    package struct SuspendRequest: Equatable, Sendable {
        package var name: String
        /// Stop Postgres without a checkpoint; the next start recovers from its log.
        package var immediate: Bool

        package init(name: String = "", immediate: Bool = false) {
            self.name = name
            self.immediate = immediate
        }
    }

    package struct SuspendReply: Equatable, Sendable {

        package init() {
        }
    }

}

extension AdminV1.MembersRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersRequest>) {
        unsafe sidecar__admin__v1__members_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__MembersRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.MembersReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersReply>) {
        unsafe sidecar__admin__v1__members_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__MembersReply>, in arena: Arena) throws(MessageFailure) {
        members = try unsafe arena.messages(at: c.pointee.members, count: c.pointee.n_members)
        gossip = try unsafe arena.message(at: c.pointee.gossip)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_members = members.count
        unsafe c.pointee.members = try arena.place(members)
        unsafe c.pointee.gossip = try arena.place(gossip)
    }
}

extension AdminV1.GossipState: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipState>) {
        unsafe sidecar__admin__v1__gossip_state__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipState>, in arena: Arena) throws(MessageFailure) {
        stalenessMillis = unsafe c.pointee.staleness_millis
        synced = unsafe c.pointee.synced != 0
        stateRoot = unsafe c.pointee.state_root
        facts = unsafe c.pointee.facts
        addressesFound = unsafe c.pointee.addresses_found
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipState>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.staleness_millis = stalenessMillis
        unsafe c.pointee.synced = synced ? 1 : 0
        unsafe c.pointee.state_root = stateRoot
        unsafe c.pointee.facts = facts
        unsafe c.pointee.addresses_found = addressesFound
    }
}

extension AdminV1.Member: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Member>) {
        unsafe sidecar__admin__v1__member__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Member>, in arena: Arena) throws(MessageFailure) {
        id = try unsafe arena.string(at: c.pointee.id)
        grpcAddress = try unsafe arena.string(at: c.pointee.grpc_address)
        state = try unsafe arena.string(at: c.pointee.state)
        draining = unsafe c.pointee.draining != 0
        startedUnixMicros = unsafe c.pointee.started_unix_micros
        gossipAddress = try unsafe arena.string(at: c.pointee.gossip_address)
        incarnation = unsafe c.pointee.incarnation
        roundTripMicros = unsafe c.pointee.round_trip_micros
        lossPerMille = unsafe c.pointee.loss_per_mille
        sendingKey = unsafe c.pointee.sending_key
        keys = unsafe arena.numbers(at: c.pointee.keys, count: c.pointee.n_keys)
        streamOnly = unsafe c.pointee.stream_only != 0
        localHealth = unsafe c.pointee.local_health
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Member>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.id = try arena.place(id)
        unsafe c.pointee.grpc_address = try arena.place(grpcAddress)
        unsafe c.pointee.state = try arena.place(state)
        unsafe c.pointee.draining = draining ? 1 : 0
        unsafe c.pointee.started_unix_micros = startedUnixMicros
        unsafe c.pointee.gossip_address = try arena.place(gossipAddress)
        unsafe c.pointee.incarnation = incarnation
        unsafe c.pointee.round_trip_micros = roundTripMicros
        unsafe c.pointee.loss_per_mille = lossPerMille
        unsafe c.pointee.sending_key = sendingKey
        unsafe c.pointee.n_keys = keys.count
        unsafe c.pointee.keys = try arena.place(keys)
        unsafe c.pointee.stream_only = streamOnly ? 1 : 0
        unsafe c.pointee.local_health = localHealth
    }
}

extension AdminV1.GossipResyncRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncRequest>) {
        unsafe sidecar__admin__v1__gossip_resync_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipResyncRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncRequest>, in arena: Arena)
        throws(MessageFailure)
    {
    }
}

extension AdminV1.GossipResyncReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncReply>) {
        unsafe sidecar__admin__v1__gossip_resync_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipResyncReply>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncReply>, in arena: Arena) throws(MessageFailure)
    {
    }
}

extension AdminV1.EndpointsRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsRequest>) {
        unsafe sidecar__admin__v1__endpoints_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointsRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.EndpointsReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsReply>) {
        unsafe sidecar__admin__v1__endpoints_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointsReply>, in arena: Arena) throws(MessageFailure) {
        endpoints = try unsafe arena.messages(at: c.pointee.endpoints, count: c.pointee.n_endpoints)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_endpoints = endpoints.count
        unsafe c.pointee.endpoints = try arena.place(endpoints)
    }
}

extension AdminV1.EndpointSummary: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointSummary>) {
        unsafe sidecar__admin__v1__endpoint_summary__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointSummary>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        state = try unsafe arena.string(at: c.pointee.state)
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        address = try unsafe arena.string(at: c.pointee.address)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
        updatedUnixMicros = unsafe c.pointee.updated_unix_micros
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointSummary>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.state = try arena.place(state)
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.compute_id = try arena.place(computeID)
        unsafe c.pointee.updated_unix_micros = updatedUnixMicros
    }
}

extension AdminV1.EndpointShowRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowRequest>) {
        unsafe sidecar__admin__v1__endpoint_show_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointShowRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
    }
}

extension AdminV1.EndpointShowReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowReply>) {
        unsafe sidecar__admin__v1__endpoint_show_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointShowReply>, in arena: Arena) throws(MessageFailure) {
        summary = try unsafe arena.message(at: c.pointee.summary)
        history = try unsafe arena.messages(at: c.pointee.history, count: c.pointee.n_history)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowReply>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.summary = try arena.place(summary)
        unsafe c.pointee.n_history = history.count
        unsafe c.pointee.history = try arena.place(history)
    }
}

extension AdminV1.HistoryEntry: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__HistoryEntry>) {
        unsafe sidecar__admin__v1__history_entry__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__HistoryEntry>, in arena: Arena) throws(MessageFailure) {
        atUnixMicros = unsafe c.pointee.at_unix_micros
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        source = try unsafe arena.string(at: c.pointee.source)
        event = try unsafe arena.string(at: c.pointee.event)
        detail = try unsafe arena.string(at: c.pointee.detail)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__HistoryEntry>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.at_unix_micros = atUnixMicros
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.source = try arena.place(source)
        unsafe c.pointee.event = try arena.place(event)
        unsafe c.pointee.detail = try arena.place(detail)
    }
}

extension AdminV1.EndpointCreateRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateRequest>) {
        unsafe sidecar__admin__v1__endpoint_create_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointCreateRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        role = try unsafe arena.string(at: c.pointee.role)
        database = try unsafe arena.string(at: c.pointee.database)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.database = try arena.place(database)
    }
}

extension AdminV1.EndpointCreateReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateReply>) {
        unsafe sidecar__admin__v1__endpoint_create_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointCreateReply>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        user = try unsafe arena.string(at: c.pointee.user)
        password = try unsafe arena.string(at: c.pointee.password)
        database = try unsafe arena.string(at: c.pointee.database)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateReply>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.user = try arena.place(user)
        unsafe c.pointee.password = try arena.place(password)
        unsafe c.pointee.database = try arena.place(database)
    }
}

extension AdminV1.WakeRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeRequest>) {
        unsafe sidecar__admin__v1__wake_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        timeoutMillis = unsafe c.pointee.timeout_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.timeout_millis = timeoutMillis
    }
}

extension AdminV1.WakeReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeReply>) {
        unsafe sidecar__admin__v1__wake_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeReply>, in arena: Arena) throws(MessageFailure) {
        location = try unsafe arena.message(at: c.pointee.location)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.location = try arena.place(location)
    }
}

extension AdminV1.ComputeLocation: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ComputeLocation>) {
        unsafe sidecar__admin__v1__compute_location__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        address = try unsafe arena.string(at: c.pointee.address)
        serverName = try unsafe arena.string(at: c.pointee.server_name)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.server_name = try arena.place(serverName)
        unsafe c.pointee.compute_id = try arena.place(computeID)
    }
}

extension AdminV1.SuspendRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendRequest>) {
        unsafe sidecar__admin__v1__suspend_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SuspendRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        immediate = unsafe c.pointee.immediate != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.immediate = immediate ? 1 : 0
    }
}

extension AdminV1.SuspendReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendReply>) {
        unsafe sidecar__admin__v1__suspend_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SuspendReply>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendReply>, in arena: Arena) throws(MessageFailure) {
    }
}
