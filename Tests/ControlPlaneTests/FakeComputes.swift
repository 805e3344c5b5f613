import Gossip
import SidecarAPI
import Synchronization

@testable import ControlPlane

/// Computes that exist in memory alone: a test says when they run, and when they end.
final class FakeComputes: ComputeStarter {
    final class Compute: RunningCompute {
        let record: EndpointRecord
        private let exit = Promise<String>()
        private let stops = Mutex<[StopUrgency]>([])
        /// Ends by itself when it is told to stop.
        let obeys: Bool

        init(_ record: EndpointRecord, obeys: Bool) {
            self.record = record
            self.obeys = obeys
        }

        var stopsAsked: [StopUrgency] { stops.withLock { $0 } }

        func stop(_ urgency: StopUrgency) {
            stops.withLock { $0.append(urgency) }
            if obeys { end("exited 0") }
        }

        func end(_ cause: String) { exit.settle(cause) }
        func waitForExit() async -> String { await exit.value() }

        func transition(
            _ sequence: UInt64, _ state: ReportV1.ComputeState, activity: ReportV1.Activity = .active
        ) -> ReportV1.Transition {
            let id = EndpointRecord.computeID(record.name, generation: record.generation)
            return ReportV1.Transition(
                endpoint: record.name.text, computeID: id,
                version: ReportV1.Version(generation: record.generation, sequence: sequence), state: state,
                atUnixMicros: WallClock.unixMicros(), address: "127.0.0.1:5500", serverName: id, activity: activity)
        }
    }

    struct Refused: Error {}

    private let computes = Mutex<[Compute]>([])
    private let leftoverSweeps = Mutex(0)
    private let removals = Mutex<[EndpointName]>([])
    private let refuses = Mutex(false)
    private let obeys: Bool

    init(obeys: Bool = true) {
        self.obeys = obeys
    }

    var all: [Compute] { computes.withLock { $0 } }
    var removed: [EndpointName] { removals.withLock { $0 } }

    func refuseStarts(_ refuse: Bool) { refuses.withLock { $0 = refuse } }

    func start(_ record: EndpointRecord) async throws -> any RunningCompute {
        if refuses.withLock({ $0 }) { throw Refused() }
        let compute = Compute(record, obeys: obeys)
        computes.withLock { $0.append(compute) }
        return compute
    }

    var sweeps: Int { leftoverSweeps.withLock { $0 } }
    func endLeftovers() async { leftoverSweeps.withLock { $0 += 1 } }

    func removeData(of endpoint: EndpointName) async throws {
        removals.withLock { $0.append(endpoint) }
    }
}
