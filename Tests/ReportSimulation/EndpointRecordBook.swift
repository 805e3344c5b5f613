internal import ComputeAgent
internal import ControlPlane
internal import SidecarAPI

/// The control plane's side of one endpoint: its core, and the changes of state that it took, in the order of taking.
struct EndpointRecordBook {
    private var reports = ReportedTransitions()
    private(set) var moves: [UInt64: [UInt64]] = [:]

    mutating func take(_ transition: ReportV1.Transition, isMove: Bool, now: Int64) {
        guard let version = transition.version, reports.take(transition, now: now) != nil, isMove else { return }
        moves[version.generation, default: []].append(version.sequence)
    }
}
