package import Gossip
internal import Synchronization

/// The ``ReportedComputes`` of this process, for everybody at once. Counts what is asked for.
package final class ReportBook: Sendable {
    private let computes = Mutex(ReportedComputes())
    private let metrics: EdgeMetrics

    package init(metrics: EdgeMetrics) {
        self.metrics = metrics
    }

    package func told(of endpoint: EndpointName) -> ReportedComputes.Told? {
        computes.withLock { $0.told(of: endpoint) }
    }

    /// - Returns: `nil` when it is older than what is known.
    package func heard(_ details: ReportedDetails, of endpoint: EndpointName) -> ReportedComputes.Change? {
        let change = computes.withLock { $0.heard(details, of: endpoint, now: .now) }
        if change?.scale == true, let request = details.scaleRequest { metrics.scaleRequested(request.direction) }
        return change
    }

    package func ended(_ endpoint: EndpointName, at version: FactVersion) {
        computes.withLock { $0.ended(endpoint, at: version, now: .now) }
    }

    package func began(_ endpoint: EndpointName, generation: UInt64) {
        computes.withLock { $0.began(endpoint, generation: generation) }
    }
}
