package import GRPCLite
package import Gossip
package import NIOCore
package import TLSEngine

/// Calls whatever servers stand behind a target, over connections that it makes, keeps and makes again.
///
/// ``ChannelPlan`` decides; this carries it out on one event loop. A call waits while the first connection is made. When
/// all addresses have failed it ends `UNAVAILABLE` at once, unless its options wait for ready. A call that a server is
/// sure not to have begun goes to another connection without anybody noticing.
package final class GRPCBalancedChannel: GRPCChannel {
    package struct Configuration: Sendable {
        package var plan = ChannelPlan<MemberAddress>.Configuration()
        package var limits = ConnectionLimits.toStrangers

        package init() {}
    }

    private let loop: any EventLoop
    private let shell: NIOLoopBoundBox<GRPCBalancedShell>

    /// - Parameters:
    ///   - tls: a client context with ALPN `h2`; `nil` speaks plaintext.
    ///   - expectedPeer: judges a server by the URI names in its certificate, instead of by the target's host.
    ///   - offences: told of every rule that a server breaks.
    ///   - onStateChange: called on the loop; must be quick.
    package init(
        _ target: GRPCTarget, tls: TLSContext?, expectedPeer: (@Sendable (PeerIdentity) -> Bool)? = nil,
        configuration: Configuration = Configuration(), offences: OffenceCounters = OffenceCounters(),
        group: any EventLoopGroup,
        onStateChange: @escaping @Sendable (ChannelState) -> Void = { _ in }
    ) {
        let loop = group.next()
        let dial = GRPCDial(
            authority: "\(target)", serverName: target.host, tls: tls, expectedPeer: expectedPeer,
            limits: configuration.limits, offences: offences)
        self.loop = loop
        shell = .makeBoxSendingValue(
            GRPCBalancedShell(target, dial, configuration.plan, loop, onStateChange), eventLoop: loop)
    }

    /// Calls that are open go on; their connections close behind the last of them.
    deinit {
        loop.execute { [shell] in _ = shell.value.end { $0.retire(at: .now) } }
    }

    package func open(_ path: String, options: CallOptions) async throws(GRPCStatus) -> ClientCall {
        let began = ContinuousClock.now
        let limit = options.timeout(at: began)
        if let limit, limit <= .zero { throw .deadlineExceeded }
        while true {
            let left = limit.map { $0 - began.duration(to: .now) }
            let caller = try await caller(waitsForReady: options.waitsForReady, within: left)
            do throws(GRPCStatus) {
                return try caller.open(path, options, timeout: limit.map { $0 - began.duration(to: .now) })
            } catch {
                // The connection went between its choice and the call; the loop hears of that before it chooses again.
                guard error.code == .unavailable else { throw error }
            }
        }
    }

    private func caller(waitsForReady: Bool, within limit: Duration?) async throws(GRPCStatus) -> ClientCaller {
        let promise = loop.makePromise(of: ClientCaller.self)
        loop.execute { [shell] in shell.value.callArrived(waitsForReady: waitsForReady, promise) }
        defer { loop.execute { [shell] in shell.value.forget(promise.futureResult) } }
        return try await GRPCConnectWait(loop).value(of: promise.futureResult, within: limit)
    }

    /// Closes the connections; calls on them end `CANCELLED` and later ones `UNAVAILABLE`. Safe to call again.
    package func shutdown() async {
        let closing = try? await loop.submit { [shell] in shell.value.end { $0.shutDown() } }.get()
        // They fail only with the reason for the close.
        for channel in closing ?? [] { try? await channel.closeFuture.get() }
    }
}
