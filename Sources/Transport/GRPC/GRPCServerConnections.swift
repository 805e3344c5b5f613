internal import GRPCLite
internal import NIOCore
internal import Synchronization

/// The connections of one listener, from accept until they are closed.
final class GRPCServerConnections: Sendable {
    private typealias Handler = NIOLoopBound<GRPCConnectionHandler<ServerConnection>>

    private struct State {
        var open: [ObjectIdentifier: (channel: any Channel, handler: Handler)] = [:]
        /// The addresses of those whose handshake is under way.
        var handshaking: [ObjectIdentifier: String] = [:]
        var handshakesByAddress: [String: Int] = [:]
        var countByAddress: [String: Int] = [:]
        var isShuttingDown = false
        var outputRooms: [ObjectIdentifier: NIOLoopBound<OutputRoom>] = [:]

        mutating func beginHandshake(_ id: ObjectIdentifier, from address: String) {
            handshaking[id] = address
            handshakesByAddress[address, default: 0] += 1
        }

        mutating func endHandshake(_ id: ObjectIdentifier) {
            guard let address = handshaking.removeValue(forKey: id) else { return }
            let left = handshakesByAddress[address, default: 1] - 1
            handshakesByAddress[address] = left > 0 ? left : nil
        }
    }

    private let limits: GRPCListenerLimits
    private let offences: OffenceCounters
    private let state = Mutex(State())

    init(_ limits: GRPCListenerLimits, _ offences: OffenceCounters) {
        self.limits = limits
        self.offences = offences
    }

    var count: Int { state.withLock(\.open.count) }

    /// Whoever was accepted and begins only now is told to go as well.
    var isShuttingDown: Bool { state.withLock(\.isShuttingDown) }

    func beginShutdown() {
        state.withLock { $0.isShuttingDown = true }
    }

    /// To be called on the channel's loop.
    /// - Returns: `false` when there are too many, in all or from this address, or too many handshakes.
    func add(_ channel: any Channel, _ handler: GRPCConnectionHandler<ServerConnection>) -> Bool {
        let id = ObjectIdentifier(channel)
        let entry = (channel, Handler(handler, eventLoop: channel.eventLoop))
        let address = channel.remoteAddress?.ipAddress ?? ""
        let isTaken = state.withLock { state in
            guard state.open.count < limits.connections, state.handshaking.count < limits.handshakes,
                state.handshakesByAddress[address, default: 0] < limits.handshakesPerAddress,
                state.countByAddress[address, default: 0] < limits.connectionsPerAddress
            else { return false }
            state.beginHandshake(id, from: address)
            state.open[id] = entry
            state.countByAddress[address, default: 0] += 1
            return true
        }
        guard isTaken else {
            offences.count(.tooManyConnections)
            return false
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.open[id] = nil
                state.endHandshake(id)
                let left = state.countByAddress[address, default: 1] - 1
                state.countByAddress[address] = left > 0 ? left : nil
            }
        }
        return true
    }

    /// Well or badly.
    func handshakeEnded(of channel: any Channel, _ result: Result<ServerConnection, any Error>) {
        if case .failure(let error) = result { offences.handshakeFailed(error) }
        state.withLock { $0.endHandshake(ObjectIdentifier(channel)) }
    }

    /// To be called on the loop.
    func outputRoom(of loop: any EventLoop) -> OutputRoom {
        let made = NIOLoopBound(OutputRoom(), eventLoop: loop)
        return state.withLock { state in
            let room = state.outputRooms[ObjectIdentifier(loop)] ?? made
            state.outputRooms[ObjectIdentifier(loop)] = room
            return room
        }.value
    }

    /// Does something to each connection, on its loop.
    func onEach(_ body: @escaping @Sendable (GRPCConnectionHandler<ServerConnection>) -> Void) {
        for (channel, handler) in state.withLock({ Array($0.open.values) }) {
            channel.eventLoop.execute {
                body(handler.value)
                handler.value.pump()
            }
        }
    }

    func closeAll() {
        for (channel, _) in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }

    /// Waits for the connections there are, and for those that were accepted and appear only meanwhile.
    /// - Returns: `false` when the time was over first.
    func areAllClosed(within limit: Duration) async -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while count > 0 {
            guard await areThoseClosed(within: ContinuousClock.now.duration(to: end)) else { return false }
        }
        return true
    }

    private func areThoseClosed(within limit: Duration) async -> Bool {
        let channels = state.withLock { $0.open.values.map(\.channel) }
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
