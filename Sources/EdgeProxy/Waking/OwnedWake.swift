internal import Gossip
package import Logging
internal import Synchronization

/// What an owner does for one flight: one call to the control plane, and its answer into the table.
package final class OwnedWake: Sendable {
    /// Between two calls, when the compute that the first one brought has already ended.
    private static let pause: Duration = .milliseconds(100)

    private let controlPlane: any WakeCalls
    private let table: LocationTable
    private let numbering = Mutex(GenerationNumbering())
    private let logger: Logger

    package init(controlPlane: any WakeCalls, table: LocationTable, logger: Logger) {
        self.controlPlane = controlPlane
        self.table = table
        self.logger = logger
    }

    package func execute(
        _ launch: WakeFlights.Launch, session: SessionContext, deadline: ContinuousClock.Instant
    ) async -> WakeFlights.Outcome {
        let endpoint = launch.endpoint
        var (seen, round) = (launch.seen, launch.round)
        while true {
            let location: ComputeLocation
            do {
                let key = "\(endpoint):\(seen):\(round)"
                let woken = try await controlPlane.wakeCompute(
                    endpoint, idempotencyKey: key, session: session, deadline: deadline)
                location = place(woken, endpoint: endpoint, seen: seen)
            } catch {
                logger.warning(
                    "a wake failed",
                    metadata: ["ep": "\(endpoint)", "reason": "\(error.reason.rawValue)", "detail": "\(error.detail)"])
                return .failed(error)
            }
            let isConfirmed = location.version.generation == seen
            table.fill(location, as: isConfirmed ? .confirmed : .fresh)
            guard table.hasEnded(location) else { return .ready(location) }
            // Its agent has said meanwhile that it is gone: ask for a later one.
            guard ContinuousClock.now + Self.pause < deadline, (try? await Task.sleep(for: Self.pause)) != nil else {
                return .failed(
                    WakeFailure(reason: .temporarilyUnavailable, detail: "\(location.version) has already ended"))
            }
            let newest = table.seenGeneration(of: endpoint)
            round = newest == seen ? round + 1 : 0
            seen = newest
        }
    }

    private func place(_ woken: WokenCompute, endpoint: EndpointName, seen: UInt64) -> ComputeLocation {
        let address = NetworkAddress(host: woken.host, port: woken.port).text
        let generation =
            woken.generation
            ?? numbering.withLock { $0.generation(of: endpoint, at: address, seen: seen, now: .now) }
        return ComputeLocation(
            endpoint: endpoint, version: FactVersion(generation: generation, sequence: 0), host: woken.host,
            port: woken.port, serverName: woken.serverName, computeID: woken.computeID,
            coldStartInfo: woken.coldStartInfo)
    }
}
