internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Telemetry

/// Takes a request to its route: 404 for an unknown path and 405 for another method, both with empty bodies, then the
/// token, then the body within its limit, then the handler.
struct AgentResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Bytes of path and query together.
    private static let targetLimit = 8 << 10
    private static let requestIDLimit = 128
    private static let requestID = HTTPField.Name("X-Request-Id")

    let routes: [AgentRoute]
    /// `nil` where nobody needs a token.
    let guardian: TokenGuard?
    let metrics: AgentMetrics
    let log: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        let (reply, route, allowed) = await answer(request)
        metrics.httpRequest(route?.path ?? "unknown", status: reply.status)
        var response = Self.response(reply)
        if !allowed.isEmpty { response.headers[.allow] = allowed.joined(separator: ", ") }
        if reply.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
        if let name = Self.requestID { response.headers[name] = Self.requestID(of: request) }
        return response
    }

    private func answer(_ request: Request) async -> (reply: AgentReply, route: AgentRoute?, allowed: [String]) {
        let path = request.uri.path
        guard request.uri.string.utf8.count <= Self.targetLimit else {
            return (AgentHTTPFailure(414, "the request's target is too long").reply, nil, [])
        }
        let candidates = routes.compactMap { route in route.match(path).map { (route, $0) } }
        guard let (route, argument) = candidates.first(where: { $0.0.method == request.method }) else {
            let allowed = candidates.map(\.0.method.rawValue)
            return (AgentReply(status: allowed.isEmpty ? 404 : 405), nil, allowed)
        }
        do {
            if route.needsToken { try guardian?.check(request.headers[.authorization]) }
            return (try await handle(request, by: route, argument: argument), route, [])
        } catch let failure as AgentHTTPFailure {
            return (failure.reply, route, [])
        } catch {
            log.error("a request failed", metadata: ["path": "\(route.path)", "error": "\(error)"])
            return (AgentHTTPFailure(500, "internal error").reply, route, [])
        }
    }

    private func handle(_ request: Request, by route: AgentRoute, argument: String) async throws -> AgentReply {
        guard let decoded = PercentEncoding.decode(argument) else {
            throw AgentHTTPFailure(400, "the path is not percent-encoded UTF-8")
        }
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where query[String(name)] == nil {
            query[String(name)] = String(value)
        }
        for parameter in route.parameters where parameter.place == .query && parameter.isRequired {
            guard query[parameter.name] != nil else {
                throw AgentHTTPFailure(400, "the query parameter \(parameter.name) is missing")
            }
        }
        var body: [UInt8] = []
        if route.body != nil {
            do {
                body = Array(try await request.body.collect(upTo: route.bodyLimit).readableBytesView)
            } catch is NIOTooManyBytesError {
                throw AgentHTTPFailure(413, "the body is larger than \(route.bodyLimit) bytes")
            }
        }
        return try await route.handle(AgentRequest(pathArgument: decoded, query: query, body: body))
    }

    private static func response(_ reply: AgentReply) -> Response {
        var headers = HTTPFields()
        headers[.cacheControl] = "no-store"
        if let seconds = reply.retryAfter { headers[.retryAfter] = "\(seconds)" }
        if let type = reply.mediaType { headers[.contentType] = type }
        let body: ResponseBody
        switch reply.body {
        case .bytes(let bytes): body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let write):
            body = ResponseBody { writer in
                try await write(&writer)
                try await writer.finish(nil)
            }
        }
        return Response(status: .init(code: reply.status), headers: headers, body: body)
    }

    /// The caller's own, if it can be shown in a log.
    private static func requestID(of request: Request) -> String {
        if let name = requestID, let given = request.headers[name], given.utf8.count <= requestIDLimit,
            !given.isEmpty, given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return String(UInt64.random(in: .min ... .max), radix: 16)
    }
}
