// Made from proto/sidecar/peer/v1/peer.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What proxies ask of each other. Between proxies only: both certificates carry sidecar://proxy/<id>.
package enum PeerV1 {}

extension PeerV1 {
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
        /// How often the request was passed on already. An owner refuses more than 2.
        package var hops: UInt32
        /// The client session that needs it, for logs.
        package var sessionID: String
        /// The client's application_name, for the control plane's records. May be empty.
        package var applicationName: String

        package init(
            endpoint: String = "", seenGeneration: UInt64 = 0, deadlineMillis: UInt64 = 0, hops: UInt32 = 0,
            sessionID: String = "", applicationName: String = ""
        ) {
            self.endpoint = endpoint
            self.seenGeneration = seenGeneration
            self.deadlineMillis = deadlineMillis
            self.hops = hops
            self.sessionID = sessionID
            self.applicationName = applicationName
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

        package init() {
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

        package init(owner: String = "") {
            self.owner = owner
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
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.seen_generation = seenGeneration
        unsafe c.pointee.deadline_millis = deadlineMillis
        unsafe c.pointee.hops = hops
        unsafe c.pointee.session_id = try arena.place(sessionID)
        unsafe c.pointee.application_name = try arena.place(applicationName)
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
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Waking>, in arena: Arena) throws(MessageFailure) {
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
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Peer__V1__Redirect>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.owner = try arena.place(owner)
    }
}
