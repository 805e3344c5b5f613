internal import Gossip

/// Finds computes where their agents say they are, and wakes nothing: whoever runs the databases starts them.
struct ReportedWaker: Waker {
    /// Between two looks for a compute that is not there yet.
    private static let pause: Duration = .milliseconds(50)

    let computes: ComputeBook

    func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located {
        while true {
            switch computes.status(of: endpoint) {
            // The agent has said so itself, and there is nobody who would know better.
            case .running(let location): return Located(location: location, isCached: false)
            case nil: throw WakeFailure(reason: .endpointNotFound, detail: "no agent has reported for it")
            case .ended: break
            }
            guard ContinuousClock.now + Self.pause < deadline else { throw WakeFailure(reason: .deadlineExceeded) }
            guard (try? await Task.sleep(for: Self.pause)) != nil else { throw WakeFailure(reason: .cancelled) }
        }
    }

    /// One dial that failed is no end: the agent's word stands, and the connect loop tries again until its deadline.
    func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {}
}
