internal import Gossip

/// A transition as one line of JSON.
enum TransitionText {
    static func write(_ transition: Transition) -> String {
        let activity: JSONValue? =
            switch transition.activity {
            case .unknown: nil
            case .active(let micros): .object(["active": JSONValue(micros)])
            case .idle(let micros): .object(["idle": JSONValue(micros)])
            }
        let value = JSONValue.object([
            "generation": JSONValue(transition.version.generation), "sequence": JSONValue(transition.version.sequence),
            "state": .string(transition.state.rawValue), "previous": .string(transition.previousState.rawValue),
            "at": JSONValue(transition.atUnixMicros), "reason": .string(transition.reason),
            "error": .string(transition.error), "activity": activity, "pageservers": transition.pageservers?.json,
            "agent": .string(transition.agentAddress), "secrets": JSONValue(transition.roleSecretsRevision),
        ])
        return String(decoding: value.bytes(), as: UTF8.self)
    }

    /// - Returns: `nil` for anything else.
    static func read(_ line: String) -> Transition? {
        guard case .object(let fields)? = try? JSONValue(parsing: Array(line.utf8)),
            let generation = number(fields["generation"]).flatMap(UInt64.init(exactly:)),
            let sequence = number(fields["sequence"]).flatMap(UInt64.init(exactly:)),
            let state = text(fields["state"]).flatMap(ComputeState.init(rawValue:)),
            let previous = text(fields["previous"]).flatMap(ComputeState.init(rawValue:)),
            let at = number(fields["at"]), let reason = text(fields["reason"]), let error = text(fields["error"])
        else { return nil }
        return Transition(
            version: FactVersion(generation: generation, sequence: sequence), state: state, previousState: previous,
            atUnixMicros: at, reason: reason, error: error, activity: activity(fields["activity"]),
            pageservers: fields["pageservers"].flatMap { try? PageserverConnectionInfo($0, at: "pageservers") },
            agentAddress: text(fields["agent"]) ?? "",
            roleSecretsRevision: number(fields["secrets"]).flatMap(UInt64.init(exactly:)) ?? 0)
    }

    private static func activity(_ value: JSONValue?) -> Activity {
        guard case .object(let fields)? = value else { return .unknown }
        if let micros = number(fields["active"]) { return .active(lastActiveMicros: micros) }
        return number(fields["idle"]).map { .idle(sinceMicros: $0) } ?? .unknown
    }

    private static func number(_ value: JSONValue?) -> Int64? {
        if case .integer(let number)? = value { number } else { nil }
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}
