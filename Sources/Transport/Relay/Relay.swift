package import PostgresWire

/// Joins two streams: whatever one says, the other hears.
package enum Relay {
    /// Moves bytes both ways until both sides have finished, one breaks, a limit is reached or the control says so.
    ///
    /// Both connections leave their channels, and their event loops, for a thread of `engine`: once all that was written
    /// to them is with the kernel, with all that was read and not asked for (`unread(_:)` included), and with their TLS.
    /// There a side is read only while the other takes more, so at most one read (64 KiB) stands between them. An end is
    /// passed on as an end (TLS: `close_notify`), and the other side may go on.
    ///
    /// With `cycle`, the session's messages are followed by their headers, so that its idle points are known, and whether
    /// the caller may say something last. A server that ends without having said why has then failed, and its end is not
    /// passed on: that is left to the caller.
    ///
    /// The connections are left open, for the caller to say something last (`ByteStream.write`) and to close (`close`,
    /// which both streams need); neither can be read any more. Ends at once with `.cancelled` when the calling task is
    /// cancelled.
    package static func join(
        _ client: ByteStream, _ upstream: ByteStream, following cycle: QueryCycle? = nil,
        control: RelayControl = RelayControl(), limits: RelayLimits = RelayLimits(), on engine: RelayEngine = .shared
    ) async -> RelayOutcome {
        guard client !== upstream else { return RelayOutcome(nothingMoved: .unusable) }
        do {
            try await client.prepareToLeave()
        } catch {
            return RelayOutcome(nothingMoved: error is CancellationError ? .cancelled : .unusable)
        }
        do {
            try await upstream.prepareToLeave()
        } catch {
            client.stay()
            return RelayOutcome(nothingMoved: error is CancellationError ? .cancelled : .unusable)
        }
        let session = RelayedSession(thread: engine.nextThread(), pass: RelayPass())
        let ends = BothSides(
            client: await client.leave(as: RelayedEnd(session: session, side: .client)),
            upstream: await upstream.leave(as: RelayedEnd(session: session, side: .upstream)))
        return await run(session, ends, cycle, control, limits)
    }

    private static func run(
        _ session: RelayedSession, _ ends: BothSides<RelayEnd>, _ cycle: QueryCycle?, _ control: RelayControl,
        _ limits: RelayLimits
    ) async -> RelayOutcome {
        let ticket = WaitTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let joining = RelayJoining(
                    ends: ends, cycle: cycle, control: control, limits: limits, pass: session.pass, ticket: ticket,
                    continuation: continuation)
                session.thread.execute { $0.join(joining) }
            }
        } onCancel: {
            ticket.cancel()
            session.heed(.endNow)
        }
    }
}
