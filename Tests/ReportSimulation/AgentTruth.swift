internal import ComputeAgent
internal import Gossip

/// What one agent has really done, generation by generation, and how much of it whom has heard.
struct AgentTruth {
    struct Generation {
        /// Changes of state, in order.
        var moves: [Transition] = []
        /// What was said under which number, to anybody.
        var told: [UInt64: Transition] = [:]
        /// How many of `moves` each listener has heard, in order.
        var heard = [Listener.fleet: 0, .controlPlane: 0]
        /// The newest that says where the compute is, or that it has ended.
        var place: Transition?
        /// The machine was lost, or the process exited with something unheard: nobody can tell the rest.
        var isCutShort = false

        /// Whether no queue can have been full of changes of state: then it drops the oldest.
        var isWithinLimits: Bool { moves.count < SimulatedAgent.queueLimit - 1 }
    }

    private(set) var generations: [UInt64: Generation] = [:]

    subscript(generation: UInt64) -> Generation { generations[generation] ?? Generation() }

    mutating func made(_ transition: Transition) {
        var generation = self[transition.version.generation]
        if !transition.isActivityOnly { generation.moves.append(transition) }
        if transition.state.isPlaced { generation.place = transition }
        generations[transition.version.generation] = generation
    }

    mutating func cutShort(_ generation: UInt64) {
        generations[generation, default: Generation()].isCutShort = true
    }

    /// - Returns: what is wrong with saying this, if anything is.
    mutating func tell(_ transition: Transition) -> String? {
        let before = self[transition.version.generation].told[transition.version.sequence]
        if let before, before != transition {
            return "\(transition.version) is \(transition.text) now and was \(before.text)"
        }
        generations[transition.version.generation, default: Generation()].told[transition.version.sequence] = transition
        return nil
    }

    /// - Returns: what is wrong with hearing this now, if anything is.
    mutating func hear(_ transition: Transition, by listener: Listener) -> String? {
        var generation = self[transition.version.generation]
        let count = generation.heard[listener, default: 0]
        guard count < generation.moves.count, generation.isWithinLimits else { return nil }
        let due = generation.moves[count]
        if transition.version > due.version { return "\(listener) hears \(transition.text) before \(due.text)" }
        guard transition.version == due.version else { return nil }
        generation.heard[listener] = count + 1
        generations[transition.version.generation] = generation
        return nil
    }

    /// - Returns: the first change of state that a listener has not heard, if there is one.
    func unheard(of generation: UInt64) -> String? {
        let generation = self[generation]
        for listener in Listener.allCases {
            let count = generation.heard[listener, default: 0]
            if count < generation.moves.count { return "\(listener) has never heard \(generation.moves[count].text)" }
        }
        return nil
    }
}

extension Transition {
    var text: String { "\(version) \(previousState.rawValue) -> \(state.rawValue)" }
}

extension ComputeState {
    /// Whether a proxy that hears of it knows where the compute is, or that it is nowhere.
    var isPlaced: Bool {
        switch self {
        case .running, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated: true
        case .empty, .configurationPending, .configuration, .`init`, .refreshConfigurationPending,
            .refreshConfiguration:
            false
        }
    }
}
