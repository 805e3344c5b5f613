package import SidecarAPI

/// What this endpoint's agents have said, and what of it is new: an agent sends again what it had no answer to.
package struct ReportedTransitions: Sendable {
    /// What a transition means here, and how it reads in the history (`nil`: not worth a line).
    package struct News: Equatable, Sendable {
        package var report: AgentReport
        package var entry: HistoryEntry?
    }

    private struct Generation: Sendable {
        var sequence: UInt64 = 0
        var state = ReportV1.ComputeState.unspecified
        var activity = ReportV1.Activity.unknown
        /// When it first said that it runs, by the agent's clock.
        var runningSince: Int64?
        var location: ComputeLocation?
        /// Of the last transition that has a line in the history.
        var told: UInt64 = 0
    }

    /// Late reports come from the generation before at most; a few more are remembered.
    private static let remembered = 4
    private var generations: [UInt64: Generation] = [:]

    package init() {}

    /// - Parameter now: microseconds since 1970-01-01 UTC.
    /// - Returns: `nil` for what was already taken.
    package mutating func take(_ transition: ReportV1.Transition, now: Int64) -> News? {
        guard let version = transition.version else { return nil }
        var generation = generations[version.generation] ?? Generation()
        guard version.sequence > generation.sequence else { return nil }
        let entry = Self.entry(transition, version, after: generation)
        if entry != nil { generation.told = version.sequence }
        generation.sequence = version.sequence
        generation.state = transition.state
        generation.activity = transition.activity
        if transition.state == .running {
            generation.runningSince = generation.runningSince ?? transition.atUnixMicros
            generation.location = ComputeLocation(
                generation: version.generation, sequence: version.sequence, address: transition.address,
                serverName: transition.serverName.isEmpty ? transition.computeID : transition.serverName,
                computeID: transition.computeID)
        }
        remember(generation, as: version.generation)
        let report = AgentReport(
            generation: version.generation, phase: Self.phase(transition, generation.location),
            idleFor: Self.idleFor(transition, since: generation.runningSince, now: now),
            error: transition.error.isEmpty ? nil : transition.error)
        return News(report: report, entry: entry)
    }

    func lastSequence(of generation: UInt64) -> UInt64 { generations[generation]?.sequence ?? 0 }

    func lastStateWord(of generation: UInt64) -> String? { generations[generation].map { Self.word($0.state) } }

    func endedBadly(_ generation: UInt64) -> Bool { generations[generation]?.state == .failed }

    private mutating func remember(_ generation: Generation, as number: UInt64) {
        generations[number] = generation
        if generations.count > Self.remembered, let oldest = generations.keys.min() {
            generations.removeValue(forKey: oldest)
        }
    }

    private static func phase(_ transition: ReportV1.Transition, _ location: ComputeLocation?) -> AgentReport.Phase {
        switch transition.state {
        case .running: location.map { .serving($0) } ?? .preparing
        case .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated: .ending
        case .empty, .configurationPending, .configuration, .`init`, .refreshConfigurationPending,
            .refreshConfiguration, .unspecified, .unrecognized:
            .preparing
        }
    }

    /// Nobody was seen since the later of the last use and the start: a compute that was never used is idle since it runs.
    private static func idleFor(_ transition: ReportV1.Transition, since running: Int64?, now: Int64) -> Duration? {
        guard transition.state == .running, transition.activity == .idle, let running else { return nil }
        return .microseconds(max(0, now - max(transition.lastActiveUnixMicros, running)))
    }

    /// A change of activity has a line of its own. A later “last active” has none, and the next line says how many of
    /// those there were, so that nobody looks for the missing numbers.
    private static func entry(
        _ transition: ReportV1.Transition, _ version: ReportV1.Version, after last: Generation
    ) -> HistoryEntry? {
        let isNewState = transition.state != last.state
        guard isNewState || transition.activity != last.activity else { return nil }
        var detail = [transition.reason]
        if transition.error != transition.reason { detail.append(transition.error) }
        if last.sequence > last.told, last.told > 0 { detail.append("steps not listed: \(last.sequence - last.told)") }
        return HistoryEntry(
            atUnixMicros: transition.atUnixMicros, generation: version.generation, sequence: version.sequence,
            source: "agent", event: isNewState ? word(transition.state) : word(transition.activity),
            detail: detail.filter { !$0.isEmpty }.joined(separator: "; "))
    }

    private static func word(_ state: ReportV1.ComputeState) -> String {
        switch state {
        case .empty: "empty"
        case .configurationPending: "configuration_pending"
        case .configuration: "configuration"
        case .`init`: "init"
        case .running: "running"
        case .refreshConfigurationPending: "refresh_configuration_pending"
        case .refreshConfiguration: "refresh_configuration"
        case .failed: "failed"
        case .terminationPendingFast: "termination_pending_fast"
        case .terminationPendingImmediate: "termination_pending_immediate"
        case .terminated: "terminated"
        case .unspecified: "unknown"
        case .unrecognized(let number): "unknown (\(number))"
        }
    }

    private static func word(_ activity: ReportV1.Activity) -> String {
        switch activity {
        case .active: "active"
        case .idle: "idle"
        case .unknown, .unrecognized: "activity unknown"
        }
    }
}
