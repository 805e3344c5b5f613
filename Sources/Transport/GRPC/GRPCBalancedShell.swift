internal import GRPCLite
internal import Gossip
internal import NIOCore
internal import NIOPosix

/// Carries out what ``ChannelPlan`` decides for one channel: sockets, timers, name servers, and the calls that wait.
/// Belongs to its event loop.
final class GRPCBalancedShell {
    /// One attempt to connect, and the connection that comes of it.
    private final class Link {
        var channel: (any Channel)?
        var caller: ClientCaller?
        var isReady = false
    }

    private struct Waiter {
        var waitsForReady: Bool
        var answer: EventLoopPromise<ClientCaller>
    }

    private let target: GRPCTarget
    private var dial: GRPCDial
    private let loop: any EventLoop
    private let onStateChange: @Sendable (ChannelState) -> Void
    private var plan: ChannelPlan<MemberAddress>
    private var dice = SystemRandomNumberGenerator()
    private var resolver: NameResolver?

    private var links: [SubchannelID: Link] = [:]
    private var timers: [ChannelPlan<MemberAddress>.Timer: Scheduled<Void>] = [:]
    private var waiters: [Waiter] = []
    private var homeless: [(call: UnprocessedCall, timer: Scheduled<Void>?)] = []
    private var lastFailure = "no address"

    init(
        _ target: GRPCTarget, _ dial: GRPCDial, _ configuration: ChannelPlan<MemberAddress>.Configuration,
        _ loop: any EventLoop, _ onStateChange: @escaping @Sendable (ChannelState) -> Void
    ) {
        self.target = target
        self.dial = dial
        self.loop = loop
        self.onStateChange = onStateChange
        plan = ChannelPlan(configuration)
    }

    // MARK: Calls

    func callArrived(waitsForReady: Bool, _ answer: EventLoopPromise<ClientCaller>) {
        waiters.append(Waiter(waitsForReady: waitsForReady, answer: answer))
        handle(.callArrived)
        serveWaiting()
    }

    /// The call has its connection, or does not want one any more.
    func forget(_ answer: EventLoopFuture<ClientCaller>) {
        for waiter in waiters where waiter.answer.futureResult === answer {
            waiter.answer.fail(GRPCStatus(.cancelled, "the call was given up"))
        }
        waiters.removeAll { $0.answer.futureResult === answer }
    }

    /// Ends the channel.
    /// - Parameter body: what is done to each connection.
    /// - Returns: those that are closing.
    func end(_ body: @escaping @Sendable (ClientConnection) -> Void) -> [any Channel] {
        let channels = links.values.compactMap(\.channel)
        let attempts = links.values.filter { $0.caller == nil }
        links = [:]
        for channel in channels { channel.withClientConnection(body) }
        for attempt in attempts { attempt.channel?.close(promise: nil) }
        handle(.shutDown)
        lastFailure = "the channel was shut down"
        serveWaiting()
        resolver?.shutDown()
        return channels
    }

    private func serveWaiting() {
        let (calls, moved) = (waiters, homeless)
        waiters = []
        homeless = []
        for waiter in calls {
            switch choose(waiter.waitsForReady) {
            case .success(let caller): waiter.answer.succeed(caller)
            case .failure(let status): waiter.answer.fail(status)
            case nil: waiters.append(waiter)
            }
        }
        for (call, timer) in moved {
            guard !call.isOver else {
                timer?.cancel()
                continue
            }
            let left = call.deadline.map { ContinuousClock.now.duration(to: $0) }
            switch choose(call.waitsForReady) {
            case .success(let caller) where caller.adopt(call, timeout: left): timer?.cancel()
            case .success, nil: homeless.append((call, timer))
            case .failure(let status):
                timer?.cancel()
                call.end(status)
            }
        }
        // The connection that they hoped for went, and nobody has asked for another.
        if plan.state == .idle, !(waiters.isEmpty && homeless.isEmpty) { handle(.callArrived) }
    }

    /// - Returns: `nil` to wait.
    private func choose(_ waitsForReady: Bool) -> Result<ClientCaller, GRPCStatus>? {
        switch plan.pick() {
        case .use(let id): return links[id]?.caller.map { .success($0) }
        case .wait: return nil
        case .fail:
            if waitsForReady, plan.state != .shutDown { return nil }
            return .failure(GRPCStatus(.unavailable, "no connection: \(lastFailure)"))
        }
    }

    /// A connection could not carry a call, and no server has begun it.
    private func takeBack(_ call: UnprocessedCall) {
        let timer = call.deadline.map { deadline in
            loop.assumeIsolated().scheduleTask(in: TimeAmount(max(.zero, ContinuousClock.now.duration(to: deadline)))) {
                call.end(.deadlineExceeded)
            }
        }
        homeless.append((call, timer))
        // Not at once: the connection that gave it back may be in the middle of going away.
        loop.assumeIsolated().execute {
            self.handle(.callArrived)
            self.serveWaiting()
        }
    }

    // MARK: What the plan decides

    private func handle(_ event: ChannelPlan<MemberAddress>.Event) {
        for action in plan.handle(event, at: .now, using: &dice) { carryOut(action) }
    }

    private func carryOut(_ action: ChannelPlan<MemberAddress>.Action) {
        switch action {
        case .resolve: resolve()
        case .connect(let id, let address, let limit): connect(id, address, limit)
        case .arm(let timer, let delay):
            timers.removeValue(forKey: timer)?.cancel()
            timers[timer] = loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                self.timers[timer] = nil
                self.handle(.timerFired(timer))
            }
        case .disarm(let timer): timers.removeValue(forKey: timer)?.cancel()
        case .release(let id):
            guard let link = links.removeValue(forKey: id) else { return }
            if link.isReady {
                link.channel?.withClientConnection { $0.retire(at: .now) }
            } else {
                link.channel?.close(promise: nil)
            }
        case .stateChanged(let state):
            onStateChange(state)
            serveWaiting()
        }
    }

    private func resolve() {
        switch target {
        case .fixed(let addresses): resolved(.success(addresses))
        case .name(let target):
            let resolver = resolver ?? NameResolver(threads: 1)
            self.resolver = resolver
            let answer = loop.makePromise(of: [MemberAddress].self)
            // Ends with the answer, or with the resolver.
            answer.completeWithTask { try await resolver.resolve(target) }
            answer.futureResult.assumeIsolated().whenComplete { self.resolved($0) }
        }
    }

    private func resolved(_ result: Result<[MemberAddress], any Error>) {
        switch result {
        case .success(let addresses): handle(.resolved(addresses))
        case .failure(let error):
            lastFailure = "\(target): \(error)"
            handle(.resolutionFailed)
        }
    }

    // MARK: Connections

    private func connect(_ id: SubchannelID, _ address: MemberAddress, _ limit: Duration) {
        let link = Link()
        links[id] = link
        let started = loop.makePromise(of: ClientCaller.self)
        let bound = NIOLoopBound((self, link), eventLoop: loop)
        let bootstrap = dial.bootstrap(on: loop, limit: limit, started: started) { news in
            let (shell, link) = bound.value
            shell.heard(news, of: id, link)
        } giveBack: { call in
            bound.value.0.takeBack(call)
        }
        started.futureResult.assumeIsolated().whenSuccess { link.caller = $0 }
        let socket: SocketAddress
        do {
            socket = try SocketAddress(ipAddress: address.ip, port: Int(address.port))
        } catch {
            started.fail(error)
            return over(id, link, because: "\(error)")
        }
        let connecting = bootstrap.connect(to: socket)
        connecting.cascadeFailure(to: started)
        started.futureResult.assumeIsolated().whenFailure { self.over(id, link, because: "\(address): \($0)") }
        connecting.assumeIsolated().whenSuccess { channel in
            // Nobody may want it any more.
            guard self.links[id] === link else { return channel.close(promise: nil) }
            link.channel = channel
            channel.closeFuture.assumeIsolated().whenComplete { _ in
                self.over(id, link, because: "\(address): the connection was lost")
            }
        }
    }

    private func heard(_ news: ConnectionNews, of id: SubchannelID, _ link: Link) {
        switch news {
        case .ready:
            guard links[id] === link else { return }
            link.isReady = true
            handle(.connected(id))
        case .goingAway(let isTooManyPings):
            if isTooManyPings { dial.limits.keepaliveInterval = dial.limits.keepaliveInterval * 2 }
            over(id, link, because: "the server is going away")
        }
    }

    /// The connection takes no more calls; those that it has may go on.
    private func over(_ id: SubchannelID, _ link: Link, because reason: String) {
        guard links[id] === link else { return }
        links[id] = nil
        lastFailure = reason
        if !link.isReady { link.channel?.close(promise: nil) }
        handle(link.isReady ? .lost(id, wasUsed: link.caller?.hadAnswer ?? false) : .connectFailed(id))
    }
}
