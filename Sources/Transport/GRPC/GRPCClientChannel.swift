package import GRPCLite
package import NIOCore
internal import NIOPosix
internal import Synchronization
package import TLSEngine

/// Calls one server over one connection, which is made for the first call and made again for the next call after it
/// went.
///
/// A call never waits longer for a connection than `connectLimit` or its own timeout; without one it ends
/// `UNAVAILABLE`, unless its options wait for ready: then it tries again, with the pauses of ``ConnectBackoff``. A call
/// that the server is sure not to have begun is sent again on the next connection. Other calls meet no back-off in here: who
/// calls again decides when. For servers that a name or a list stands for there is ``GRPCBalancedChannel``.
package final class GRPCClientChannel: GRPCChannel {
    private enum State {
        case idle
        case connecting(EventLoopFuture<ClientCaller>)
        case connected(ClientCaller, any Channel)
        case shutDown
    }

    private let host: String
    private let port: Int
    private let tls: TLSContext?
    private let expectedPeer: (@Sendable (PeerIdentity) -> Bool)?
    private let limits: ConnectionLimits
    private let offences: OffenceCounters
    private let connectLimit: Duration
    let backoff: ConnectBackoff
    let loop: any EventLoop
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - tls: a client context with ALPN `h2`; `nil` speaks plaintext.
    ///   - expectedPeer: judges the server by the URI names in its certificate, instead of by `host`. `nil` has TLS
    ///     compare the certificate with `host`.
    ///   - connectLimit: for name, TCP and TLS together.
    ///   - backoff: between the attempts of a call that waits for ready.
    ///   - offences: told of every rule that the server breaks.
    package init(
        host: String, port: Int, tls: TLSContext?, expectedPeer: (@Sendable (PeerIdentity) -> Bool)? = nil,
        limits: ConnectionLimits = ConnectionLimits(), connectLimit: Duration = .seconds(2),
        backoff: ConnectBackoff = ConnectBackoff(), offences: OffenceCounters = OffenceCounters(),
        group: any EventLoopGroup
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.expectedPeer = expectedPeer
        self.limits = limits
        self.offences = offences
        self.connectLimit = connectLimit
        self.backoff = backoff
        loop = group.next()
    }

    /// Calls that are open go on; the connection closes behind the last of them.
    deinit {
        guard case .connected(_, let channel) = state.withLock({ $0 }) else { return }
        channel.withClientConnection { $0.retire(at: .now) }
    }

    package func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        let began = ContinuousClock.now
        let limit = options.timeout(at: began)
        if let limit, limit <= .zero { throw .deadlineExceeded }
        var failures = 0
        while true {
            let caller: ClientCaller
            do throws(GRPCStatus) {
                caller = try await self.caller(within: Self.rest(of: limit, since: began))
            } catch {
                guard error.code == .unavailable, options.waitsForReady, !isShutDown else { throw error }
                failures += 1
                try await pause(after: failures, atMost: Self.rest(of: limit, since: began))
                continue
            }
            do throws(GRPCStatus) {
                return try caller.open(path, options, timeout: Self.rest(of: limit, since: began))
            } catch {
                // The connection went between its choice and the call, which never left: the next turn makes another.
                guard error.code == .unavailable, !isShutDown else { throw error }
            }
        }
    }

    private static func rest(of limit: Duration?, since began: ContinuousClock.Instant) -> Duration? {
        limit.map { $0 - began.duration(to: .now) }
    }

    private func pause(after failures: Int, atMost limit: Duration?) async throws(GRPCStatus) {
        var dice = SystemRandomNumberGenerator()
        let delay = backoff.delay(after: failures, using: &dice)
        do {
            // For the server, which nobody announces: gRPC, “Connection Backoff”.
            try await Task.sleep(for: min(delay, limit ?? delay))
        } catch {
            throw GRPCStatus(.cancelled, "the task was cancelled")
        }
        if let limit, limit <= delay { throw .deadlineExceeded }
    }

    var isShutDown: Bool {
        state.withLock { if case .shutDown = $0 { true } else { false } }
    }

    /// Closes the connection; calls on it end `CANCELLED` and later ones `UNAVAILABLE`. Safe to call again.
    package func shutdown() async {
        let last = state.withLock { state in
            defer { state = .shutDown }
            return state
        }
        switch last {
        case .idle, .shutDown: break
        case .connected(_, let channel):
            await Self.close(channel)
        case .connecting(let future):
            // The attempt ends within its own limit, and finds the channel shut down.
            _ = try? await future.get()
        }
    }

    /// Says GOAWAY and waits for the socket to be closed.
    private static func close(_ channel: any Channel) async {
        channel.withClientConnection { $0.shutDown() }
        // Fails only with the reason for the close.
        try? await channel.closeFuture.get()
    }

    // MARK: Connecting

    private func caller(within limit: Duration?) async throws(GRPCStatus) -> ClientCaller {
        switch callerOrAttempt() {
        case .failure(let status): throw status
        case .success(.ready(let caller)): return caller
        case .success(.attempt(let future)): return try await GRPCConnectWait(loop).value(of: future, within: limit)
        }
    }

    enum CallerOrAttempt {
        case ready(ClientCaller)
        case attempt(EventLoopFuture<ClientCaller>)
    }

    /// Joins the attempt that is under way, or begins one: callers that come together share one connection.
    func callerOrAttempt() -> Result<CallerOrAttempt, GRPCStatus> {
        let (answer, promise) = state.withLock {
            state -> (Result<CallerOrAttempt, GRPCStatus>, EventLoopPromise<ClientCaller>?) in
            switch state {
            case .shutDown: return (.failure(GRPCStatus(.unavailable, "the channel was shut down")), nil)
            case .connected(let caller, _) where caller.acceptsCalls: return (.success(.ready(caller)), nil)
            case .connecting(let future): return (.success(.attempt(future)), nil)
            case .idle, .connected:
                let promise = loop.makePromise(of: ClientCaller.self)
                state = .connecting(promise.futureResult)
                return (.success(.attempt(promise.futureResult)), promise)
            }
        }
        if let promise { connect(promise) }
        return answer
    }

    private func connect(_ promise: EventLoopPromise<ClientCaller>) {
        let started = loop.makePromise(of: ClientCaller.self)
        let dial = GRPCDial(
            authority: "\(host):\(port)", serverName: host, tls: tls, expectedPeer: expectedPeer, limits: limits,
            offences: offences)
        let bootstrap = dial.bootstrap(
            on: loop, limit: connectLimit, started: started,
            giveBack: { [weak self, loop] call in
                // Not at once: the connection that gives it back may be in the middle of going away.
                loop.execute { [weak self] in Self.takeBack(call, by: self) }
            })
        let connecting = bootstrap.connect(host: host, port: port)
        connecting.cascadeFailure(to: started)
        connecting.and(started.futureResult).whenComplete { result in
            self.settle(result, promise)
        }
    }

    private func settle(
        _ result: Result<(any Channel, ClientCaller), any Error>, _ promise: EventLoopPromise<ClientCaller>
    ) {
        let isWanted = state.withLock { state in
            if case .shutDown = state { return false }
            if case .success((let channel, let caller)) = result {
                state = .connected(caller, channel)
            } else {
                state = .idle
            }
            return true
        }
        switch result {
        case .success((_, let caller)) where isWanted: promise.succeed(caller)
        case .success((let channel, _)):
            channel.close(promise: nil)
            promise.fail(GRPCTransportFailure.closed)
        case .failure(let error): promise.fail(error)
        }
    }
}
