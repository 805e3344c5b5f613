package import PostgresWire

/// Joins two streams: whatever one says, the other hears.
package enum Relay {
    /// Moves bytes both ways until both sides have finished, one breaks, a limit is reached or the control says so.
    ///
    /// Handler to handler on the loop that both streams share, without a task in between. A side is read only while the
    /// other takes more, so at most one read (64 KiB) and one write queue (64 KiB) stand between them. Bytes given to
    /// `unread(_:)` before go first. An end is passed on as an end (TLS: `close_notify`), and the other side may go on.
    ///
    /// With `cycle`, the session's messages are followed by their headers, so that its idle points are known, and whether
    /// the caller may say something last. A server that ends without having said why has then failed, and its end is not
    /// passed on: that is left to the caller.
    ///
    /// The streams are left open, for the caller to say something last and to close. Ends at once with `.cancelled` when
    /// the calling task is cancelled.
    package static func join(
        _ client: ByteStream, _ upstream: ByteStream, following cycle: QueryCycle? = nil,
        control: RelayControl = RelayControl(), limits: RelayLimits = RelayLimits()
    ) async -> RelayOutcome {
        let ticket = WaitTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                client.onLoop { _ in
                    RelayRun.start(client, upstream, cycle, control, ticket, limits, continuation)
                }
            }
        } onCancel: {
            ticket.cancel()
            client.onLoop { client in
                guard let run = client.relay?.run, run.ticket === ticket else { return }
                run.finish(.cancelled)
            }
        }
    }
}
