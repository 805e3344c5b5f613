internal import Hummingbird

/// An answer other than 2xx, in the shape of Neon's control plane: a reason that programs switch on, whether asking
/// again is of use, and a text fit for a database's client.
struct APIError: Error, Equatable {
    /// Neon's words; a proxy's retries depend on them.
    enum Reason: String {
        case endpointNotFound = "ENDPOINT_NOT_FOUND"
        case resourceNotFound = "RESOURCE_NOT_FOUND"
        case runningOperations = "RUNNING_OPERATIONS"
        case endpointIdle = "ENDPOINT_IDLE"
        case underMaintenance = "PROJECT_UNDER_MAINTENANCE"
        case concurrencyLimitReached = "CONCURRENCY_LIMIT_REACHED"
        /// Ours, and so one that no proxy repeats a call for.
        case startFailed = "COMPUTE_START_FAILED"
    }

    var status: HTTPResponse.Status
    /// For whoever runs the proxy.
    var message: String
    var reason: Reason?
    var retryAfter: Duration?
    /// Whether whoever asks may ask again for the same client. Otherwise `retryAfter` is for the next one.
    var isForLater = true
    /// For the database's client.
    var userFacing: String?

    static let unauthorized = APIError(status: .unauthorized, message: "a bearer token is needed")
    static let endpointNotFound = APIError(
        status: .notFound, message: "endpoint not found", reason: .endpointNotFound,
        userFacing: "endpoint cannot be found")
    static let notReady = APIError(
        status: .serviceUnavailable, message: "the endpoints are not known yet", reason: .runningOperations,
        retryAfter: .seconds(1), userFacing: "the control plane is starting")
    static let clusterAway = APIError(
        status: .serviceUnavailable, message: "the Kubernetes API does not answer as it should",
        reason: .runningOperations, retryAfter: .seconds(1), userFacing: "the control plane cannot answer now")
    static let madeElsewhere = APIError(
        status: .notImplemented,
        message:
            "here an endpoint is a StatefulSet with a label: make and delete it with kubectl, see docs/operations.md")
    static func badRequest(_ message: String) -> APIError { APIError(status: .badRequest, message: message) }

    init(
        status: HTTPResponse.Status, message: String, reason: Reason? = nil, retryAfter: Duration? = nil,
        userFacing: String? = nil
    ) {
        self.status = status
        self.message = message
        self.reason = reason
        self.retryAfter = retryAfter
        self.userFacing = userFacing
    }

    init(_ failure: WakeFailure) {
        let message = failure.detail.isEmpty ? failure.clientMessage : "\(failure.clientMessage): \(failure.detail)"
        self.init(
            status: Self.status(failure), message: message,
            reason: failure.isLasting ? .startFailed : Self.reason(failure.reason), retryAfter: failure.retryAfter,
            userFacing: failure.clientMessage)
        isForLater = !failure.isLasting
    }

    /// A proxy takes 503 and 504 for “ask again”, and 500 for an answer.
    private static func status(_ failure: WakeFailure) -> HTTPResponse.Status {
        if failure.isLasting { return .internalServerError }
        return failure.reason == .stillStarting ? .gatewayTimeout : .serviceUnavailable
    }

    init(_ refusal: EndpointRegistry.Refusal) {
        switch refusal {
        case .nameTaken: self.init(status: .conflict, message: "an endpoint of that name exists")
        case .badRole(let name, let flaw):
            self = .badRequest("the role's name “\(name)” \(flaw); choose another with role")
        case .badDatabase(let name, let flaw):
            self = .badRequest("the database's name “\(name)” \(flaw); choose another with database")
        case .tooMany(let limit):
            self.init(
                status: .tooManyRequests, message: "there are \(limit) endpoints already",
                reason: .concurrencyLimitReached)
        case .noSuchEndpoint: self = .endpointNotFound
        case .running:
            let message = "the endpoint is running: suspend it first, or force its deletion"
            self.init(status: .preconditionFailed, message: message, userFacing: message)
        case .closing: self.init(WakeFailure(.closing))
        }
    }

    private static func reason(_ reason: WakeFailure.Reason) -> Reason {
        switch reason {
        case .startFailed, .notStored, .stillStarting: .runningOperations
        case .suspended: .endpointIdle
        case .closing: .underMaintenance
        }
    }

    var response: Response {
        var response = JSONReply.response(Body(self), status: status)
        if let retryAfter { response.headers[.retryAfter] = "\(max(1, (retryAfter.wholeMilliseconds + 999) / 1000))" }
        return response
    }

    private struct Body: Encodable {
        struct Status: Encodable {
            var code: String
            var message: String
            var details: Details
        }
        struct Details: Encodable {
            var errorInfo: [String: String]?
            var retryInfo: [String: Int64]?
            var userFacingMessage: [String: String]?

            enum CodingKeys: String, CodingKey {
                case errorInfo = "error_info"
                case retryInfo = "retry_info"
                case userFacingMessage = "user_facing_message"
            }
        }

        var error: String
        var status: Status

        init(_ error: APIError) {
            self.error = error.message
            status = Status(
                code: error.reason?.rawValue ?? "\(error.status.code)", message: error.message,
                details: Details(
                    errorInfo: error.reason.map { ["reason": $0.rawValue] },
                    retryInfo: (error.isForLater ? error.retryAfter : nil).map {
                        ["retry_delay_ms": $0.wholeMilliseconds]
                    },
                    userFacingMessage: error.userFacing.map { ["message": $0] }))
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
