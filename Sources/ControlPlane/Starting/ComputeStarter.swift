package import Gossip

/// Makes computes. One implementation starts processes on this machine.
package protocol ComputeStarter: Sendable {
    /// Starts the compute of `record.generation`. Returns when its process exists, long before Postgres does.
    ///
    /// - Throws: when nothing was started.
    func start(_ record: EndpointRecord) async throws -> any RunningCompute

    /// Ends what runs without anybody to stop it: the computes of an earlier control plane that was killed, and their
    /// agents with it. Called while nothing of our own runs: before the first start, and after the last end.
    func endLeftovers() async

    /// Deletes the endpoint's data. Nothing of it may be running.
    func removeData(of endpoint: EndpointName) async throws
}

/// A compute that was started and may have ended since.
package protocol RunningCompute: Sendable {
    /// Asks it to end; does nothing when it has.
    func stop(_ urgency: StopUrgency)
    /// Returns when its process has ended, with the cause in an operator's words.
    func waitForExit() async -> String
}
