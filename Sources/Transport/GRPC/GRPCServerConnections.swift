internal import GRPCLite
internal import NIOCore
internal import Synchronization

/// The connections of one listener, from accept until they are closed.
final class GRPCServerConnections: Sendable {
    private typealias Handler = NIOLoopBound<GRPCConnectionHandler<ServerConnection>>

    private let limit: Int
    private let open = Mutex<[ObjectIdentifier: (channel: any Channel, handler: Handler)]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { open.withLock(\.count) }

    /// To be called on the channel's loop.
    /// - Returns: `false` when there are too many.
    func add(_ channel: any Channel, _ handler: GRPCConnectionHandler<ServerConnection>) -> Bool {
        let id = ObjectIdentifier(channel)
        let entry = (channel, Handler(handler, eventLoop: channel.eventLoop))
        let isTaken = open.withLock { open in
            guard open.count < limit else { return false }
            open[id] = entry
            return true
        }
        guard isTaken else { return false }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { $0[id] = nil }
        }
        return true
    }

    /// Does something to each connection, on its loop.
    func onEach(_ body: @escaping @Sendable (GRPCConnectionHandler<ServerConnection>) -> Void) {
        for (channel, handler) in open.withLock({ Array($0.values) }) {
            channel.eventLoop.execute {
                body(handler.value)
                handler.value.pump()
            }
        }
    }

    func closeAll() {
        for (channel, _) in open.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }

    /// Waits for the connections there are now.
    /// - Returns: `false` when the time was over first.
    func areAllClosed(within limit: Duration) async -> Bool {
        let channels = open.withLock { $0.values.map(\.channel) }
        guard let loop = channels.first?.eventLoop else { return true }
        let answer = loop.makePromise(of: Bool.self)
        let closed = EventLoopFuture<Void>.andAllComplete(channels.map(\.closeFuture), on: loop)
        let timer = loop.scheduleTask(in: TimeAmount(limit)) { answer.succeed(false) }
        closed.whenComplete { _ in
            timer.cancel()
            answer.succeed(true)
        }
        // The promise never fails.
        return (try? await answer.futureResult.get()) ?? false
    }
}
