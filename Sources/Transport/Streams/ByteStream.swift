package import NIOCore
internal import Synchronization
package import TLSEngine

/// One TCP connection, with or without TLS, as tasks see it.
///
/// Demand-driven: nothing is read from the socket before somebody asks. Meant for tasks on the connection's own loop
/// (`LoopExecutor`), where most calls return without a hop; works from anywhere. Every wait ends when its task is
/// cancelled or the connection goes.
///
/// A relay takes the connection out of its channel (`Relay.join`). When it has ended, the stream can still be told
/// something last, and be closed; nothing more can be read.
package final class ByteStream: Sendable {
    package let remoteAddress: SocketAddress?
    package let eventLoop: any EventLoop
    /// Who serves it, when it came through a listening socket.
    package let task = ConnectionTask()

    fileprivate struct InChannel {
        let channel: any Channel
        let handler: NIOLoopBound<StreamHandler>
    }

    private enum Place {
        case channel(InChannel)
        /// A relay has taken it. The channel is closed and let go: an idle session is to hold what it needs, and no more.
        case relay(RelayedEnd)
    }

    private let place: Mutex<Place>

    /// `nil` once a relay has taken the connection.
    package var channel: (any Channel)? { (try? inChannel)?.channel }

    /// Must be called on the channel's loop.
    init(channel: any Channel, handler: StreamHandler) {
        place = Mutex(
            .channel(InChannel(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))))
        eventLoop = channel.eventLoop
        remoteAddress = channel.remoteAddress
    }

    /// The next bytes, at least one.
    /// - Returns: `nil` once the peer has finished (TLS: with `close_notify`).
    /// - Throws: `StreamFailure`; `CancellationError` with nothing lost: the bytes that would have come are read next.
    package func read() async throws -> ByteBuffer? {
        let here: InChannel
        do throws(StreamFailure) {
            here = try inChannel
        } catch {
            try Task.checkCancellation()
            throw error
        }
        if eventLoop.inEventLoop, let ready = try here.handler.value.takeReady() { return ready }
        return try await parked { $0.read($1, $2) }
    }

    /// Puts surplus in front of what `read()` gives next.
    package func unread(_ bytes: ByteBuffer) {
        onLoop { $0.unread(bytes) }
    }

    /// Queues the bytes, and waits while more is queued than the socket takes (64 KiB).
    /// - Throws: `StreamFailure`; `CancellationError` out of the wait alone: the bytes stay queued.
    package func write(_ bytes: ByteBuffer) async throws {
        if case .relay(let end) = current { return end.say(bytes) }
        guard try await callOnLoop({ try $0.write(bytes) }) == false else { return }
        try await parked { $0.waitUntilWritable($1, $2) }
    }

    /// Plays the server's part of a handshake; from then on the stream is the plaintext inside.
    /// - Parameter firstBytes: ciphertext that was read already (direct TLS).
    /// - Throws: `StreamFailure`, with reason `.plaintextBeforeTLS` when surplus was put back with `unread(_:)`. After
    ///   any failure only `close()` is left to do; it delivers the alert.
    package func acceptTLS(_ context: TLSContext, firstBytes: ByteBuffer = ByteBuffer()) async throws -> TLSPeer {
        try await parked { handler, ticket, continuation in
            handler.startTLS(
                { () throws(TLSFailure) in try TLSHandler(accepting: context, firstBytes: firstBytes) }, ticket,
                continuation)
        }
    }

    /// Plays the client's part of a handshake, and verifies that the server is `serverName`.
    package func connectTLS(
        _ context: TLSContext, serverName: String, nameCheck: TLSEngine.NameCheck = .required
    ) async throws -> TLSPeer {
        try await parked { handler, ticket, continuation in
            handler.startTLS(
                { () throws(TLSFailure) in
                    try TLSHandler(connectingWith: context, serverName: serverName, nameCheck: nameCheck)
                }, ticket, continuation)
        }
    }

    /// Says that nothing more will be written: TLS `close_notify`, then the end of the TCP half. What is queued goes
    /// first, and the peer may still send.
    package func finishWriting() async throws {
        try await callOnLoop { try $0.finishWriting() }
    }

    /// Sends what is queued, waits for the peer to have it (at most 2 s), and closes. Safe to call again, and from a
    /// cancelled task.
    package func close() async {
        switch current {
        case .relay(let end): await end.close(inOrder: true)
        case .channel(let here): await closed(here) { $0.close() }
        }
    }

    /// Closes without waiting for anybody: what is queued goes only as far as the socket takes it at once. Safe to call
    /// again.
    package func abandon() async {
        switch current {
        case .relay(let end): await end.close(inOrder: false)
        case .channel(let here): await closed(here) { $0.closeNow() }
        }
    }

    // MARK: For a relay

    /// Takes the connection out of its channel once all that was written is with the kernel.
    /// - Throws: `StreamFailure` with reason `.inUse`; `CancellationError`. Then the stream is as before.
    func prepareToLeave() async throws {
        if case .relay = current { throw StreamFailure(.inUse, Self.isElsewhere) }
        do {
            try await parked { $0.prepareToLeave($1, $2) }
        } catch is CancellationError {
            stay()
            throw CancellationError()
        }
    }

    func stay() {
        onLoop { $0.stay() }
    }

    /// After `prepareToLeave`; cannot be cancelled.
    func leave(as place: RelayedEnd) async -> RelayEnd {
        await withCheckedContinuation { continuation in
            onLoop { handler in
                handler.leave { end in
                    if end.number != nil { self.place.withLock { $0 = .relay(place) } }
                    continuation.resume(returning: end)
                }
            }
        }
    }

    // MARK: To the loop

    private static let isElsewhere = "a relay has taken the connection"

    private var current: Place { place.withLock { $0 } }

    private var inChannel: InChannel {
        get throws(StreamFailure) {
            guard case .channel(let here) = current else { throw StreamFailure(.closed, Self.isElsewhere) }
            return here
        }
    }

    /// Nothing happens once a relay has the connection.
    func onLoop(_ body: @escaping @Sendable (StreamHandler) -> Void) {
        guard let here = try? inChannel else { return }
        here.on(eventLoop, body)
    }

    private func closed(_ here: InChannel, _ close: @escaping @Sendable (StreamHandler) -> Void) async {
        here.on(eventLoop, close)
        // It fails only with the reason for the close, which is of no interest any more.
        try? await here.channel.closeFuture.get()
    }

    private func callOnLoop<Value: Sendable>(
        _ body: @escaping @Sendable (StreamHandler) throws -> Value
    ) async throws -> Value {
        let here = try inChannel
        if eventLoop.inEventLoop { return try body(here.handler.value) }
        return try await eventLoop.submit { try body(here.handler.value) }.get()
    }

    /// Waits on the loop for a value, in a way that cancellation can end.
    private func parked<Value: Sendable>(
        _ park: @escaping @Sendable (StreamHandler, WaitTicket, CheckedContinuation<Value, any Error>) -> Void
    ) async throws -> Value {
        let here = try inChannel
        let ticket = WaitTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                here.on(eventLoop) { park($0, ticket, continuation) }
            }
        } onCancel: {
            ticket.cancel()
            here.on(eventLoop) { $0.cancel(ticket) }
        }
    }
}

extension ByteStream.InChannel {
    fileprivate func on(_ loop: any EventLoop, _ body: @escaping @Sendable (StreamHandler) -> Void) {
        if loop.inEventLoop {
            body(handler.value)
        } else {
            loop.execute { body(handler.value) }
        }
    }
}
