internal import HTTPTypes
internal import Hummingbird

/// One entry of the agent's HTTP interface. The same value answers requests and describes itself in `/openapi.json`, so
/// that the description cannot be about something else.
struct AgentRoute: Sendable {
    enum Listener: Sendable {
        /// The control plane's side.
        case external
        /// The side of Postgres beside us: loopback, no tokens.
        case loopback
        case both
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case query, path }
        var name: String
        var place: Place
        var isRequired: Bool
        var schema: JSONValue
        var summary: String
    }

    struct Answer: Sendable {
        var status: Int
        var summary: String
        /// `nil` for JSON of the schema.
        var mediaType: String?
        var schema: JSONValue

        init(_ status: Int, _ summary: String, _ schema: JSONValue = .object([:]), mediaType: String? = nil) {
            self.status = status
            self.summary = summary
            self.schema = schema
            self.mediaType = mediaType
        }
    }

    var method: HTTPRequest.Method
    /// The last part may be `{name}`.
    var path: String
    var listener: Listener
    var needsToken: Bool
    var summary: String
    var parameters: [Parameter] = []
    /// `nil` where no body is read.
    var body: JSONValue?
    var bodyLimit = 64 << 10
    var answers: [Answer]
    var handle: @Sendable (AgentRequest) async throws -> AgentReply

    /// - Returns: what stands in the place of `{name}`, an empty text where there is none; `nil` for another path.
    func match(_ requested: String) -> String? {
        guard let brace = path.firstIndex(of: "{") else { return requested == path ? "" : nil }
        let prefix = path[..<brace]
        guard requested.hasPrefix(prefix) else { return nil }
        let rest = requested.dropFirst(prefix.count)
        return rest.isEmpty || rest.contains("/") ? nil : String(rest)
    }

    func isServed(on side: Listener) -> Bool {
        listener == .both || listener == side
    }
}

/// What a handler is given.
struct AgentRequest: Sendable {
    /// In place of `{name}`, percent-decoded.
    var pathArgument: String
    /// Of a name that comes twice, the first.
    var query: [String: String]
    var body: [UInt8]

    /// - Throws: 400 unless the body is an object.
    func object() throws -> [String: JSONValue] {
        guard case .object(let fields)? = try? JSONValue(parsing: body) else {
            throw AgentHTTPFailure(400, "the body is not a JSON object")
        }
        return fields
    }
}

/// What a handler answers.
struct AgentReply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Writes piece by piece; throwing breaks the connection off, so that nobody takes half for the whole.
        case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    static let json = "application/json; charset=utf-8"
    static let text = "text/plain; charset=utf-8"

    var status = 200
    var mediaType: String?
    var body: Body
    /// Seconds, for the header of that name.
    var retryAfter: Int?

    init(_ status: Int = 200, _ value: JSONValue) {
        self.status = status
        mediaType = Self.json
        body = .bytes(value.bytes())
    }

    init(_ status: Int = 200, text: String, mediaType: String = AgentReply.text) {
        self.status = status
        self.mediaType = mediaType
        body = .bytes(Array(text.utf8))
    }

    init(status: Int) {
        self.status = status
        body = .bytes([])
    }

    init(mediaType: String, stream: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) {
        self.mediaType = mediaType
        body = .stream(stream)
    }
}

/// An answer other than success: `{"error": "…"}`.
struct AgentHTTPFailure: Error, Equatable {
    var status: Int
    var message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    init(invalid state: ComputeState) {
        self.init(412, "invalid compute status: \(state.rawValue)")
    }

    var reply: AgentReply { AgentReply(status, .object(["error": .string(message)])) }
}
