package import Gossip
internal import Synchronization

/// The ``KnownComputes`` of this process, for everybody at once.
package final class ComputeBook: Sendable {
    private let known = Mutex(KnownComputes())

    package init() {}

    package func status(of endpoint: EndpointName) -> KnownComputes.Status? {
        known.withLock { $0.status(of: endpoint, now: .now) }
    }

    package func runs(_ location: ComputeLocation) {
        known.withLock { $0.heard(.running(location), of: location.endpoint, now: .now) }
    }

    package func ended(_ endpoint: EndpointName, at version: FactVersion) {
        known.withLock { $0.heard(.ended(version), of: endpoint, now: .now) }
    }

    /// - Returns: whether it is another revision than the last one heard.
    package func noteSecrets(of endpoint: EndpointName, revision: UInt64) -> Bool {
        known.withLock { $0.noteSecrets(of: endpoint, revision: revision, now: .now) }
    }
}
