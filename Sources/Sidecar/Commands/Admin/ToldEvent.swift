internal import SidecarAPI

/// What happened, as a line or as JSON. Fields that an event does not have are left out.
struct ToldEvent: Encodable {
    var atUnixMicros: Int64
    var proxy: String
    var kind: String
    var change: String?
    var endpoint: String?
    var member: String?
    var generation: UInt64?
    var sequence: UInt64?
    var address: String?
    var origin: String?
    var owner: String?
    var outcome: String?
    var waiters: UInt64?
    var tookMillis: UInt64?
    var sessions: UInt64?
    var missed: UInt64?
    var detail: String?

    /// - Returns: `nil` for an event of a later protocol.
    init?(_ event: AdminV1.FleetEvent) {
        atUnixMicros = event.atUnixMicros
        proxy = event.proxy
        kind = ""
        switch event.event {
        case nil: return nil
        case .began: kind = "watching"
        case .missed(let message): (kind, missed) = ("missed", message.events)
        case .member(let message): take(message)
        case .fact(let message): take(message)
        case .wake(let message): take(message)
        case .sessions(let message): (kind, sessions) = ("sessions", message.open)
        case .reload(let message):
            (kind, change) = ("reload", message.what)
            detail = message.trouble.isEmpty ? nil : message.trouble
        case .drain(let message): (kind, change, sessions) = ("drain", message.phase, message.sessions)
        }
    }

    private mutating func take(_ message: AdminV1.MemberEvent) {
        (kind, member, change) = ("member", message.member, message.change)
        detail = message.detail.isEmpty ? nil : message.detail
    }

    private mutating func take(_ message: AdminV1.FactEvent) {
        (kind, endpoint, change, origin) = ("fact", message.endpoint, message.change, message.origin)
        generation = message.generation
        guard message.change != "secrets" else { return }
        sequence = message.sequence
        address = message.address.isEmpty ? nil : message.address
        detail = message.detail.isEmpty ? nil : message.detail
    }

    private mutating func take(_ message: AdminV1.WakeEvent) {
        (kind, endpoint, change, owner) = ("wake", message.endpoint, message.change, message.owner)
        generation = message.seenGeneration
        guard message.change == "ended" else { return }
        (outcome, waiters, tookMillis) = (message.outcome, message.waiters, message.tookMillis)
    }

    var line: String {
        let head = [Table.time(atUnixMicros), proxy, kind].filter { !$0.isEmpty }
        return (head + [text]).joined(separator: "  ").trimmingSuffix(while: \.isWhitespace)
    }

    private var text: String {
        switch kind {
        case "missed": "\(missed ?? 0) events: this watch is too slow"
        case "member": words(member, change, detail)
        case "fact": words(endpoint, change, version, address, detail, origin.map { "(\($0))" })
        case "wake":
            words(
                endpoint, change, "seen \(generation ?? 0)", owner.map { "by \($0)" }, outcome,
                tookMillis.map { "in \(Words.span(millis: $0))" }, waiters.map { "for \(Words.count($0, "waiter"))" })
        case "sessions": Words.count(sessions ?? 0, "session")
        case "reload": words(change, detail.map { "failed: \($0)" })
        case "drain": words(change, Words.count(sessions ?? 0, "session"))
        default: ""
        }
    }

    private var version: String? {
        generation.map { generation in sequence.map { "\(generation).\($0)" } ?? "revision \(generation)" }
    }

    private func words(_ parts: String?...) -> String { parts.compactMap(\.self).joined(separator: " ") }
}

extension String {
    fileprivate func trimmingSuffix(while isIn: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isIn(last) { text.removeLast() }
        return String(text)
    }
}
