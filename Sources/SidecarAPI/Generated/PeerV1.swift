// Made from proto/sidecar/peer/v1/peer.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What proxies ask of each other. Between proxies only: both certificates carry sidecar://proxy/<id>.
package enum PeerV1 {}

extension PeerV1 {
    package enum FlightState: RawRepresentable, Hashable, Sendable {
        case unspecified
        /// On its way here, under FlightReply.key.
        case underWay
        /// None. One would be started on demand.
        case idle
        /// None, and none will be started: the member is about to leave.
        case draining
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .underWay
            case 2: self = .idle
            case 3: self = .draining
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .underWay: 1
            case .idle: 2
            case .draining: 3
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package enum CancelOutcome: RawRepresentable, Hashable, Sendable {
        case unspecified
        /// The compute has acted, or has closed its side.
        case found
        /// No session here has that key.
        case notFound
        /// The endpoint's rules do not let that client in.
        case refused
        /// The session is here, and its compute could not be told.
        case failed
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .found
            case 2: self = .notFound
            case 3: self = .refused
            case 4: self = .failed
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .found: 1
            case .notFound: 2
            case .refused: 3
            case .failed: 4
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// Orders everything known about an endpoint; as sidecar.report.v1.Version.
    package struct Version: Equatable, Sendable {
        package var generation: UInt64
        package var sequence: UInt64

        package init(generation: UInt64 = 0, sequence: UInt64 = 0) {
            self.generation = generation
            self.sequence = sequence
        }
    }

    /// Sent by a proxy that has a client and no compute for it.
    package struct WakeRequest: Equatable, Sendable {
        /// The endpoint's name: [a-z0-9-], 1 to 63 bytes.
        package var endpoint: String
        /// The newest generation that the asker could not reach. The answer must be newer. 0: none seen.
        package var seenGeneration: UInt64
        /// How long the asker still waits, in milliseconds from now.
        package var deadlineMillis: UInt64
        /// How often the request was redirected already. Asked with 1 or more, a member answers by itself.
        package var hops: UInt32
        /// The client session that needs it, for logs.
        package var sessionID: String
        /// The client's application_name, for the control plane's records. May be empty.
        package var applicationName: String
        /// How often this very question has been answered; with endpoint and seen_generation the key of the wake.
        package var round: UInt64
        /// Members that the asker found silent. Not empty: look for their flights before starting one. At most 8 are read.
        package var suspected: [String]

        package init(
            endpoint: String = "", seenGeneration: UInt64 = 0, deadlineMillis: UInt64 = 0, hops: UInt32 = 0,
            sessionID: String = "", applicationName: String = "", round: UInt64 = 0, suspected: [String] = []
        ) {
            self.endpoint = endpoint
            self.seenGeneration = seenGeneration
            self.deadlineMillis = deadlineMillis
            self.hops = hops
            self.sessionID = sessionID
            self.applicationName = applicationName
            self.round = round
            self.suspected = suspected
        }
    }

    /// Sent by the owner.
    package struct WakeProgress: Equatable, Sendable {
        package enum Event: Equatable, Sendable {
            /// The wake is under way. Sent at once, then now and then to show that the owner lives.
            case waking(PeerV1.Waking)
            case ready(PeerV1.ComputeLocation)
            case failed(PeerV1.WakeFailure)
            /// The asked proxy does not own the endpoint (any more).
            case redirect(PeerV1.Redirect)
        }

        package var event: Event?

        package init(event: Event? = nil) {
            self.event = event
        }
    }

    package struct Waking: Equatable, Sendable {
        /// Under which key. Absent while there is no flight yet.
        package var key: PeerV1.WakeKey?

        package init(key: PeerV1.WakeKey? = nil) {
            self.key = key
        }
    }

    /// Which question about an endpoint a wake answers. Whoever repeats it, repeats it under the same key.
    package struct WakeKey: Equatable, Sendable {
        package var seenGeneration: UInt64
        package var round: UInt64

        package init(seenGeneration: UInt64 = 0, round: UInt64 = 0) {
            self.seenGeneration = seenGeneration
            self.round = round
        }
    }

    /// A compute that accepts connections.
    package struct ComputeLocation: Equatable, Sendable {
        package var endpoint: String
        package var version: PeerV1.Version?
        /// "host:port" of Postgres.
        package var address: String
        /// The name that its TLS certificate must carry. Empty: not checked by name.
        package var serverName: String
        package var computeID: String
        /// The control plane's word for how it was started: "warm", "pool_hit", "pool_miss". May be empty.
        package var coldStartInfo: String

        package init(
            endpoint: String = "", version: PeerV1.Version? = nil, address: String = "", serverName: String = "",
            computeID: String = "", coldStartInfo: String = ""
        ) {
            self.endpoint = endpoint
            self.version = version
            self.address = address
            self.serverName = serverName
            self.computeID = computeID
            self.coldStartInfo = coldStartInfo
        }
    }

    /// Why there is no compute. Shared by everyone who waited.
    package struct WakeFailure: Equatable, Sendable {
        /// The control plane's word, in upper case: "ENDPOINT_NOT_FOUND". Empty: the control plane did not say or was not reached.
        package var reason: String
        /// Fit to be shown to the client: names no host, role or path.
        package var message: String
        /// Five characters, as Postgres' errors carry.
        package var sqlState: String
        /// Worth asking again after so many milliseconds. 0: not worth it.
        package var retryAfterMillis: UInt64

        package init(reason: String = "", message: String = "", sqlState: String = "", retryAfterMillis: UInt64 = 0) {
            self.reason = reason
            self.message = message
            self.sqlState = sqlState
            self.retryAfterMillis = retryAfterMillis
        }
    }

    package struct Redirect: Equatable, Sendable {
        /// The member that owns it by the asked proxy's view.
        package var owner: String
        /// The cards of members that the asker seems not to know, as in a page of repair (docs of Gossip: RepairAnswer). May be
        /// empty.
        package var unknown: [UInt8]

        package init(owner: String = "", unknown: [UInt8] = []) {
            self.owner = owner
            self.unknown = unknown
        }
    }

    package struct FlightRequest: Equatable, Sendable {
        package var endpoint: String

        package init(endpoint: String = "") {
            self.endpoint = endpoint
        }
    }

    package struct FlightReply: Equatable, Sendable {
        package var state: PeerV1.FlightState
        package var key: PeerV1.WakeKey?

        package init(state: PeerV1.FlightState = .unspecified, key: PeerV1.WakeKey? = nil) {
            self.state = state
            self.key = key
        }
    }

    package struct PingRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct PingReply: Equatable, Sendable {
        /// The run of the member that answers, as in its card. 0: it does not gossip.
        package var process: UInt64
        package var draining: Bool

        package init(process: UInt64 = 0, draining: Bool = false) {
            self.process = process
            self.draining = draining
        }
    }

    /// One step, encoded as the core of gossip has it: both ends speak the same version of it, or do not understand each other
    /// and say INVALID_ARGUMENT.
    package struct RepairRequest: Equatable, Sendable {
        package var question: [UInt8]

        package init(question: [UInt8] = []) {
            self.question = question
        }
    }

    package struct RepairReply: Equatable, Sendable {
        package var answer: [UInt8]

        package init(answer: [UInt8] = []) {
            self.answer = answer
        }
    }

    /// A client's CancelRequest, as it came.
    package struct CancelRequest: Equatable, Sendable {
        package var processID: Int32
        /// 4 to 256 bytes.
        package var secret: [UInt8]
        /// Who asks: an IP address as text, for the endpoint's rules. Empty: unknown.
        package var clientAddress: String
        /// The private link that the asker came through. Empty: none.
        package var privateLink: String

        package init(processID: Int32 = 0, secret: [UInt8] = [], clientAddress: String = "", privateLink: String = "") {
            self.processID = processID
            self.secret = secret
            self.clientAddress = clientAddress
            self.privateLink = privateLink
        }
    }

    package struct CancelReply: Equatable, Sendable {
        package var outcome: PeerV1.CancelOutcome

        package init(outcome: PeerV1.CancelOutcome = .unspecified) {
            self.outcome = outcome
        }
    }

    package struct LoginDelivery: Equatable, Sendable {
        /// Names the session: 16 characters of lower-case hex, as in the link that the client was shown.
        package var sessionID: String
        /// What the control plane sent, as JSON. A secret: it holds a password.
        package var result: [UInt8]

        package init(sessionID: String = "", result: [UInt8] = []) {
            self.sessionID = sessionID
            self.result = result
        }
    }

    package struct LoginDeliveryReply: Equatable, Sendable {
        /// Why nobody could take it, in the words for the control plane. Empty: taken.
        package var failure: String

        package init(failure: String = "") {
            self.failure = failure
        }
    }

}

extension PeerV1.Version: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Version>) {
        unsafe sidecar__peer__v1__version__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__Version>, in arena: Arena) throws(MessageFailure) {
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Version>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
    }
}

extension PeerV1.WakeRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeRequest>) {
        unsafe sidecar__peer__v1__wake_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        seenGeneration = unsafe c.pointee.seen_generation
        deadlineMillis = unsafe c.pointee.deadline_millis
        hops = unsafe c.pointee.hops
        sessionID = try unsafe arena.string(at: c.pointee.session_id)
        applicationName = try unsafe arena.string(at: c.pointee.application_name)
        round = unsafe c.pointee.round
        suspected = try unsafe arena.strings(at: c.pointee.suspected, count: c.pointee.n_suspected)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.seen_generation = seenGeneration
        unsafe c.pointee.deadline_millis = deadlineMillis
        unsafe c.pointee.hops = hops
        unsafe c.pointee.session_id = try arena.place(sessionID)
        unsafe c.pointee.application_name = try arena.place(applicationName)
        unsafe c.pointee.round = round
        unsafe c.pointee.n_suspected = suspected.count
        unsafe c.pointee.suspected = try arena.place(suspected)
    }
}

extension PeerV1.WakeProgress: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeProgress>) {
        unsafe sidecar__peer__v1__wake_progress__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__WakeProgress>, in arena: Arena) throws(MessageFailure) {
        switch unsafe c.pointee.event_case.rawValue {
        case 1:
            event = try unsafe arena.message(at: c.pointee.waking).map(Event.waking)
        case 2:
            event = try unsafe arena.message(at: c.pointee.ready).map(Event.ready)
        case 3:
            event = try unsafe arena.message(at: c.pointee.failed).map(Event.failed)
        case 4:
            event = try unsafe arena.message(at: c.pointee.redirect).map(Event.redirect)
        default:
            event = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeProgress>, in arena: Arena) throws(MessageFailure) {
        switch event {
        case .waking(let value):
            unsafe c.pointee.event_case = .init(rawValue: 1)
            unsafe c.pointee.waking = try arena.place(value)
        case .ready(let value):
            unsafe c.pointee.event_case = .init(rawValue: 2)
            unsafe c.pointee.ready = try arena.place(value)
        case .failed(let value):
            unsafe c.pointee.event_case = .init(rawValue: 3)
            unsafe c.pointee.failed = try arena.place(value)
        case .redirect(let value):
            unsafe c.pointee.event_case = .init(rawValue: 4)
            unsafe c.pointee.redirect = try arena.place(value)
        case nil:
            break
        }
    }
}

extension PeerV1.Waking: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Waking>) {
        unsafe sidecar__peer__v1__waking__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__Waking>, in arena: Arena) throws(MessageFailure) {
        key = try unsafe arena.message(at: c.pointee.key)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Waking>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.key = try arena.place(key)
    }
}

extension PeerV1.WakeKey: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeKey>) {
        unsafe sidecar__peer__v1__wake_key__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__WakeKey>, in arena: Arena) throws(MessageFailure) {
        seenGeneration = unsafe c.pointee.seen_generation
        round = unsafe c.pointee.round
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeKey>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.seen_generation = seenGeneration
        unsafe c.pointee.round = round
    }
}

extension PeerV1.ComputeLocation: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__ComputeLocation>) {
        unsafe sidecar__peer__v1__compute_location__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        version = try unsafe arena.message(at: c.pointee.version)
        address = try unsafe arena.string(at: c.pointee.address)
        serverName = try unsafe arena.string(at: c.pointee.server_name)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
        coldStartInfo = try unsafe arena.string(at: c.pointee.cold_start_info)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.version = try arena.place(version)
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.server_name = try arena.place(serverName)
        unsafe c.pointee.compute_id = try arena.place(computeID)
        unsafe c.pointee.cold_start_info = try arena.place(coldStartInfo)
    }
}

extension PeerV1.WakeFailure: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeFailure>) {
        unsafe sidecar__peer__v1__wake_failure__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__WakeFailure>, in arena: Arena) throws(MessageFailure) {
        reason = try unsafe arena.string(at: c.pointee.reason)
        message = try unsafe arena.string(at: c.pointee.message)
        sqlState = try unsafe arena.string(at: c.pointee.sql_state)
        retryAfterMillis = unsafe c.pointee.retry_after_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeFailure>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.reason = try arena.place(reason)
        unsafe c.pointee.message = try arena.place(message)
        unsafe c.pointee.sql_state = try arena.place(sqlState)
        unsafe c.pointee.retry_after_millis = retryAfterMillis
    }
}

extension PeerV1.Redirect: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Redirect>) {
        unsafe sidecar__peer__v1__redirect__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__Redirect>, in arena: Arena) throws(MessageFailure) {
        owner = try unsafe arena.string(at: c.pointee.owner)
        unknown = unsafe arena.blob(at: c.pointee.unknown)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Redirect>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.owner = try arena.place(owner)
        unsafe c.pointee.unknown = try arena.place(unknown)
    }
}

extension PeerV1.FlightRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__FlightRequest>) {
        unsafe sidecar__peer__v1__flight_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__FlightRequest>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__FlightRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
    }
}

extension PeerV1.FlightReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__FlightReply>) {
        unsafe sidecar__peer__v1__flight_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__FlightReply>, in arena: Arena) throws(MessageFailure) {
        state = unsafe PeerV1.FlightState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        key = try unsafe arena.message(at: c.pointee.key)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__FlightReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.state = Sidecar__Peer__V1__FlightState(rawValue: UInt32(bitPattern: state.rawValue))
        unsafe c.pointee.key = try arena.place(key)
    }
}

extension PeerV1.PingRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__PingRequest>) {
        unsafe sidecar__peer__v1__ping_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__PingRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__PingRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension PeerV1.PingReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__PingReply>) {
        unsafe sidecar__peer__v1__ping_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__PingReply>, in arena: Arena) throws(MessageFailure) {
        process = unsafe c.pointee.process
        draining = unsafe c.pointee.draining != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__PingReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.process = process
        unsafe c.pointee.draining = draining ? 1 : 0
    }
}

extension PeerV1.RepairRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__RepairRequest>) {
        unsafe sidecar__peer__v1__repair_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__RepairRequest>, in arena: Arena) throws(MessageFailure) {
        question = unsafe arena.blob(at: c.pointee.question)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__RepairRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.question = try arena.place(question)
    }
}

extension PeerV1.RepairReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__RepairReply>) {
        unsafe sidecar__peer__v1__repair_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__RepairReply>, in arena: Arena) throws(MessageFailure) {
        answer = unsafe arena.blob(at: c.pointee.answer)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__RepairReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.answer = try arena.place(answer)
    }
}

extension PeerV1.CancelRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__CancelRequest>) {
        unsafe sidecar__peer__v1__cancel_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__CancelRequest>, in arena: Arena) throws(MessageFailure) {
        processID = unsafe c.pointee.process_id
        secret = unsafe arena.blob(at: c.pointee.secret)
        clientAddress = try unsafe arena.string(at: c.pointee.client_address)
        privateLink = try unsafe arena.string(at: c.pointee.private_link)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__CancelRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.process_id = processID
        unsafe c.pointee.secret = try arena.place(secret)
        unsafe c.pointee.client_address = try arena.place(clientAddress)
        unsafe c.pointee.private_link = try arena.place(privateLink)
    }
}

extension PeerV1.CancelReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__CancelReply>) {
        unsafe sidecar__peer__v1__cancel_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__CancelReply>, in arena: Arena) throws(MessageFailure) {
        outcome = unsafe PeerV1.CancelOutcome(rawValue: Int32(bitPattern: c.pointee.outcome.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__CancelReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.outcome = Sidecar__Peer__V1__CancelOutcome(rawValue: UInt32(bitPattern: outcome.rawValue))
    }
}

extension PeerV1.LoginDelivery: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__LoginDelivery>) {
        unsafe sidecar__peer__v1__login_delivery__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__LoginDelivery>, in arena: Arena) throws(MessageFailure) {
        sessionID = try unsafe arena.string(at: c.pointee.session_id)
        result = unsafe arena.blob(at: c.pointee.result)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__LoginDelivery>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.session_id = try arena.place(sessionID)
        unsafe c.pointee.result = try arena.place(result)
    }
}

extension PeerV1.LoginDeliveryReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__LoginDeliveryReply>) {
        unsafe sidecar__peer__v1__login_delivery_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Peer__V1__LoginDeliveryReply>, in arena: Arena) throws(MessageFailure) {
        failure = try unsafe arena.string(at: c.pointee.failure)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__LoginDeliveryReply>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.failure = try arena.place(failure)
    }
}
