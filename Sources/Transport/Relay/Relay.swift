package import NIOCore
package import PostgresWire

/// Joins two streams: whatever one says, the other hears.
package enum Relay {
    /// After one side finished, how long the other may go without sending a byte. A query whose client has gone would
    /// otherwise hold its upstream for as long as it runs.
    package static let halfCloseLimit = TimeAmount.seconds(5)

    /// Moves bytes both ways until both sides have finished or one breaks.
    ///
    /// Handler to handler on the loop that both streams share, without a task in between. A side is read only while the
    /// other takes more, so at most one read (64 KiB) and one write queue (64 KiB) stand between them. Bytes given to
    /// `unread(_:)` before go first. An end is passed on as an end (TLS: `close_notify`), and the other side may go on.
    ///
    /// With `frames`, what goes to the client is followed, so that the caller knows whether it may say something last.
    ///
    /// The streams are left open, for the caller to say something last and to close. Ends at once with `.cancelled` when
    /// the calling task is cancelled.
    package static func join(
        _ client: ByteStream, _ upstream: ByteStream, following frames: FrameBoundary? = nil,
        halfCloseLimit: TimeAmount = Relay.halfCloseLimit
    ) async -> RelayOutcome {
        let ticket = WaitTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                client.onLoop { _ in
                    RelayRun.start(client, upstream, frames, ticket, halfCloseLimit, continuation)
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
