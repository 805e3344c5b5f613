internal import Synchronization

/// Which endpoints have series of their own. Series stay as long as the process, and a fleet may have any number of
/// endpoints: those that come when there is no more room share one.
final class EndpointLabels: Sendable {
    static let limit = 10_000
    static let others = "other"

    private let limit: Int
    private let known = Mutex<Set<String>>([])

    init(limit: Int = EndpointLabels.limit) {
        self.limit = limit
    }

    func label(of endpoint: String) -> String {
        known.withLock { known in
            if known.contains(endpoint) { return endpoint }
            guard known.count < limit else { return Self.others }
            known.insert(endpoint)
            return endpoint
        }
    }
}
