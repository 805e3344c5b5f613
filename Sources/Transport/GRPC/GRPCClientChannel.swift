package import GRPCLite
package import NIOCore
internal import NIOPosix
internal import Synchronization
package import TLSEngine

/// Calls one server over one connection, which is made for the first call and made again for the next call after it
/// went.
///
/// A call never waits longer for a connection than `connectLimit` or its own timeout; without one it ends
/// `UNAVAILABLE`. There is no back-off in here: who calls again decides when. For servers that a name or a list stands
/// for, and for back-off, there is ``GRPCBalancedChannel``.
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
    private let connectLimit: Duration
    private let loop: any EventLoop
    private let state = Mutex(State.idle)

    /// - Parameters:
    ///   - tls: a client context with ALPN `h2`; `nil` speaks plaintext.
    ///   - expectedPeer: judges the server by the URI names in its certificate, instead of by `host`. `nil` has TLS
    ///     compare the certificate with `host`.
    ///   - connectLimit: for name, TCP and TLS together.
    package init(
        host: String, port: Int, tls: TLSContext?, expectedPeer: (@Sendable (PeerIdentity) -> Bool)? = nil,
        limits: ConnectionLimits = ConnectionLimits(), connectLimit: Duration = .seconds(2),
        group: any EventLoopGroup
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.expectedPeer = expectedPeer
        self.limits = limits
        self.connectLimit = connectLimit
        loop = group.next()
    }

    /// Calls that are open go on; the connection closes behind the last of them.
    deinit {
        guard case .connected(_, let channel) = state.withLock({ $0 }) else { return }
        channel.withClientConnection { $0.retire(at: .now) }
    }

    package func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        let began = ContinuousClock.now
        guard let timeout = options.timeout(at: began) else {
            return try await caller(within: nil).open(path, options, timeout: nil)
        }
        guard timeout > .zero else { throw .deadlineExceeded }
        let caller = try await caller(within: timeout)
        return try caller.open(path, options, timeout: timeout - began.duration(to: .now))
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

    private enum CallerOrAttempt {
        case ready(ClientCaller)
        case attempt(EventLoopFuture<ClientCaller>)
    }

    /// Joins the attempt that is under way, or begins one: callers that come together share one connection.
    private func callerOrAttempt() -> Result<CallerOrAttempt, GRPCStatus> {
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
            authority: "\(host):\(port)", serverName: host, tls: tls, expectedPeer: expectedPeer, limits: limits)
        let connecting = dial.bootstrap(on: loop, limit: connectLimit, started: started)
            .connect(host: host, port: port)
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
