internal import Gossip

/// A transition as one line of JSON.
enum TransitionText {
    static func write(_ transition: Transition) -> String {
        let activity: JSONValue? =
            switch transition.activity {
            case .unknown: nil
            case .active(let micros, let reason):
                .object(["active": JSONValue(micros), "because": .string(reason.rawValue)])
            case .idle(let micros): .object(["idle": JSONValue(micros)])
            }
        let value = JSONValue.object([
            "generation": JSONValue(transition.version.generation), "sequence": JSONValue(transition.version.sequence),
            "state": .string(transition.state.rawValue), "previous": .string(transition.previousState.rawValue),
            "at": JSONValue(transition.atUnixMicros), "reason": .string(transition.reason),
            "error": .string(transition.error), "activity": activity, "pageservers": transition.pageservers?.json,
            "agent": .string(transition.agentAddress), "secrets": JSONValue(transition.roleSecretsRevision),
            "wish": transition.scaleWish.map(write),
        ])
        return String(decoding: value.bytes(), as: UTF8.self)
    }

    /// - Returns: `nil` for anything else.
    static func read(_ line: String) -> Transition? {
        guard case .object(let fields)? = try? JSONValue(parsing: Array(line.utf8)),
            let generation = unsigned(fields["generation"]),
            let sequence = unsigned(fields["sequence"]),
            let state = text(fields["state"]).flatMap(ComputeState.init(rawValue:)),
            let previous = text(fields["previous"]).flatMap(ComputeState.init(rawValue:)),
            let at = number(fields["at"]), let reason = text(fields["reason"]), let error = text(fields["error"])
        else { return nil }
        return Transition(
            version: FactVersion(generation: generation, sequence: sequence), state: state, previousState: previous,
            atUnixMicros: at, reason: reason, error: error, activity: activity(fields["activity"]),
            pageservers: fields["pageservers"].flatMap { try? PageserverConnectionInfo($0, at: "pageservers") },
            agentAddress: text(fields["agent"]) ?? "",
            roleSecretsRevision: unsigned(fields["secrets"]) ?? 0, scaleWish: wish(fields["wish"]))
    }

    private static func write(_ wish: ScaleWish) -> JSONValue {
        .object([
            "memory": JSONValue(wish.memoryBytes), "limit": JSONValue(wish.limitBytes),
            "used": JSONValue(wish.usedBytes), "stall": JSONValue(UInt64(wish.stallPermille)),
            "reason": .string(wish.reason),
        ])
    }

    private static func wish(_ value: JSONValue?) -> ScaleWish? {
        guard case .object(let fields)? = value, let memory = unsigned(fields["memory"]),
            let limit = unsigned(fields["limit"]), let used = unsigned(fields["used"]),
            let stall = unsigned(fields["stall"]).flatMap(UInt32.init(exactly:)), let reason = text(fields["reason"])
        else { return nil }
        return ScaleWish(
            memoryBytes: memory, limitBytes: limit, usedBytes: used, stallPermille: stall, reason: reason)
    }

    private static func activity(_ value: JSONValue?) -> Activity {
        guard case .object(let fields)? = value else { return .unknown }
        if let micros = number(fields["active"]) {
            return .active(
                lastActiveMicros: micros,
                reason: text(fields["because"]).flatMap(ActivityReason.init(rawValue:)) ?? .client)
        }
        return number(fields["idle"]).map { .idle(sinceMicros: $0) } ?? .unknown
    }

    private static func number(_ value: JSONValue?) -> Int64? {
        if case .integer(let number)? = value { number } else { nil }
    }

    private static func unsigned(_ value: JSONValue?) -> UInt64? {
        number(value).flatMap(UInt64.init(exactly:))
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}
