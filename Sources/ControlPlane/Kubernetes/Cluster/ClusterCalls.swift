package import Telemetry

/// The calls that we make to the Kubernetes API. One implementation speaks HTTPS.
package protocol ClusterCalls: Sendable {
    /// A page of the StatefulSets that are endpoints.
    ///
    /// - Parameter from: what the page before gave; `nil` for the first.
    func statefulSets(from: String?) async throws(ClusterFailure) -> StatefulSetPage

    /// Calls `took` with every event after the version, until the watch ends in order or `took` wants no more.
    func watchStatefulSets(
        from version: String, took: @Sendable (WatchEvent) async -> Bool
    ) async throws(ClusterFailure)

    func statefulSet(_ name: String) async throws(ClusterFailure) -> StatefulSet

    /// - Throws: `conflict` when the object has another version by now.
    func change(_ name: String, by change: ScaleChange) async throws(ClusterFailure) -> StatefulSet

    func secret(_ name: String) async throws(ClusterFailure) -> SecretObject

    /// Sets the value of one key.
    ///
    /// - Parameter version: `nil`: the Secret is made, with that key alone.
    /// - Throws: `conflict` when the Secret has another version by now, or is there already.
    func setSecret(
        _ name: String, key: String, to value: Secret<[UInt8]>, resourceVersion version: String?
    ) async throws(ClusterFailure)

    func tell(_ event: ClusterEvent) async throws(ClusterFailure)
}
