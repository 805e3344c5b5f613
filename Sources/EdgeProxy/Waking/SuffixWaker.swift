internal import Gossip
internal import Synchronization

/// Wakes an endpoint for one session by the name that the client used, suffix included, since a control plane may keep
/// something else there; by the endpoint's own name when it does not know the longer one.
final class SuffixWaker: Waker {
    private let inner: any Waker
    /// Under which name the session's location was found.
    private let found = Mutex<EndpointName?>(nil)

    init(_ inner: any Waker) {
        self.inner = inner
    }

    func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        var name = found.withLock { $0 } ?? endpoint
        let located: Located
        do {
            located = try await inner.location(of: name, session: session, deadline: deadline)
        } catch {
            guard error.reason == .endpointNotFound, name.isSuffixed else { throw error }
            name = name.unsuffixed
            located = try await inner.location(of: name, session: session, deadline: deadline)
        }
        found.withLock { $0 = name }
        return located
    }

    func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {
        inner.invalidate(found.withLock { $0 } ?? endpoint, upTo: version)
    }
}
