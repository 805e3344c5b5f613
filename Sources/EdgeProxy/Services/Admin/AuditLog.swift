package import GRPCLite
internal import Gossip
package import Logging

/// Writes down who asked for what and how it ended: a line for every call of a service, two for a call that streams.
///
/// A line holds the caller's identity and address, the method, what the handler noted of the request, the status and the
/// time it took. Requests and answers themselves, which may hold secrets, are never in it.
package struct AuditLog: Sendable {
    /// The label of its logger. Its level is its own, so that a proxy that is told to log less still says who told it.
    package static let label = "audit"

    /// Of a path that nobody here serves.
    private static let pathLimit = 128

    private let logger: Logger

    package init(_ logger: Logger) {
        self.logger = logger
    }

    /// The same service, with every call written down.
    package func audited(_ service: ServiceDefinition) -> ServiceDefinition {
        service.recorded { context, isStreaming in
            let began = ContinuousClock.now
            if isStreaming { logger.notice("call began", metadata: Self.line(context)) }
            return { status, notes in write(context, status, notes, took: began.duration(to: .now)) }
        }
    }

    /// A call that was turned away before it reached its service.
    package func refused(_ method: String, _ peer: PeerIdentity, _ status: GRPCStatus) {
        var line = Self.caller(peer)
        line["method"] = "\(method.prefix(Self.pathLimit))"
        line["code"] = "\(status.code)"
        logger.warning("call refused", metadata: line)
    }

    private func write(
        _ context: ServerCallContext, _ status: GRPCStatus, _ notes: [CallNotes.Note], took: Duration
    ) {
        var line = Self.line(context)
        for note in notes { line[note.name] = "\(note.value)" }
        line["code"] = "\(Self.code(status, of: context))"
        line["took_ms"] = "\(took.wholeMillis)"
        if status.code != .ok, !status.message.isEmpty { line["reason"] = "\(status.message)" }
        logger.notice("call", metadata: line)
    }

    private static func line(_ context: ServerCallContext) -> Logger.Metadata {
        var line = caller(context.peer)
        line["method"] = "\(context.method)"
        return line
    }

    private static func caller(_ peer: PeerIdentity) -> Logger.Metadata {
        let who = FleetIdentity(uriNames: peer.uriNames).map { "\($0)" } ?? peer.uriNames.joined(separator: " ")
        return ["who": "\(who)", "peer": "\(peer.address)"]
    }

    /// A call whose time is up is cancelled, and its caller told why.
    private static func code(_ status: GRPCStatus, of context: ServerCallContext) -> GRPCStatus.Code {
        guard status.code == .cancelled, let deadline = context.deadline, deadline <= .now else { return status.code }
        return .deadlineExceeded
    }
}
