internal import Hummingbird
internal import Logging
internal import TLSEngine
internal import Telemetry

/// Lets requests pass that carry a token of the control plane's, and words every refusal as JSON.
struct BearerGuard: RouterMiddleware {
    typealias Context = BasicRequestContext

    /// Bytes of path and query together.
    private static let targetLimit = 8 << 10
    private static let scheme = "Bearer "
    /// Who these pages serve has no token, and they hold no secret.
    private static let openPaths: Set<String> = ["/healthz", "/readyz", "/metrics"]
    private let tokens: BearerTokens
    private let log: Logger

    init(tokens: BearerTokens, log: Logger) {
        self.tokens = tokens
        self.log = log
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            guard request.uri.string.utf8.count <= Self.targetLimit else {
                throw APIError(status: .uriTooLong, message: "the request's target is too long")
            }
            guard Self.openPaths.contains(request.uri.path) || isAuthorized(request) else {
                throw APIError.unauthorized
            }
            return try await next(request, context)
        } catch let error as APIError {
            return error.response
        } catch let refusal as EndpointRegistry.Refusal {
            return APIError(refusal).response
        } catch let failure as ClusterFailure {
            log.warning("the cluster did not answer", metadata: ["path": "\(request.uri.path)", "error": "\(failure)"])
            return APIError.clusterAway.response
        } catch let error as HTTPError {
            return error.status == .notFound
                ? Response(status: .notFound) : try error.response(from: request, context: context)
        } catch {
            log.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return APIError(status: .internalServerError, message: "internal error").response
        }
    }

    private func isAuthorized(_ request: Request) -> Bool {
        guard let header = request.headers[.authorization], header.hasPrefix(Self.scheme) else { return false }
        let presented = Array(header.dropFirst(Self.scheme.count).utf8)
        // Each is compared, whichever fits: how long it takes says nothing of which.
        return tokens.all.reduce(false) { found, token in
            Digests.equalInConstantTime(presented, Array(token.reveal().utf8)) || found
        }
    }
}
