/// Why a call to the Kubernetes API did not do what was asked.
package struct ClusterFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The object has changed since it was read (409).
        case conflict
        /// There is no such object (404).
        case notFound
        /// That version is forgotten, and all has to be listed again (410).
        case gone
        /// Too many requests (429).
        case overloaded
        /// No answer, a broken one, or one that says that something is wrong over there (5xx).
        case unavailable
        /// Not allowed, or not in order (other 4xx): it will say so again.
        case refused
    }

    package var reason: Reason
    /// For the operator.
    package var detail: String
    /// The API's own word when to ask again.
    package var retryAfter: Duration?

    package init(_ reason: Reason, _ detail: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// - Parameters:
    ///   - code: an HTTP status, in a response's head or in a `Status`.
    ///   - retryAfter: seconds, as the header says.
    package init(code: Int, status: APIStatus?, retryAfter: Int? = nil) {
        let reason: Reason =
            switch code {
            case 409: .conflict
            case 404: .notFound
            case 410: .gone
            case 429: .overloaded
            case 400..<500: .refused
            default: .unavailable
            }
        let words = status?.message.map { String($0.prefix(Self.detailLimit)) } ?? ""
        let seconds = retryAfter ?? status?.details?.retryAfterSeconds
        self.init(
            reason, words.isEmpty ? "the Kubernetes API answered \(code)" : "\(code): \(words)",
            retryAfter: seconds.map { .seconds(min(max($0, 0), Self.longestRetryAfter)) })
    }

    /// Whether the same call may be answered otherwise in a while.
    package var isPassing: Bool {
        switch reason {
        case .overloaded, .unavailable: true
        case .conflict, .notFound, .gone, .refused: false
        }
    }

    package var description: String { detail }

    /// Characters of what the API says.
    private static let detailLimit = 300
    /// Seconds; whoever says more is asked sooner.
    private static let longestRetryAfter = 300
}
