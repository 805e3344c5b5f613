package import Gossip
internal import PostgresWire
internal import Synchronization

/// Answers who may log in, with one question to the control plane for everybody who asks at once.
package actor RoleDirectory: EndpointDirectory {
    private typealias Answer = Result<RoleAccess, LookupFailure>

    private struct Order: Sendable {
        var key: RoleKey
        var session: SessionContext
        var hasFallback: Bool
    }

    /// How long to go on against a silent control plane when a stale secret is at hand.
    private static let impatience: Duration = .seconds(1)

    private let calls: ControlPlaneCalls
    private let metrics: EdgeMetrics
    private let isCurrent: @Sendable () -> Bool
    private var cache: RoleSecretCache
    /// Who waits for which key; a key in here has its call on the way.
    private var waiters: [RoleKey: [AsyncStream<Answer>.Continuation]] = [:]
    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation

    /// - Parameter isCurrent: whether news of changed secrets would have come by now. While it would not, what is cached
    ///   is believed only when the control plane does not answer.
    package init(
        calls: ControlPlaneCalls, limits: CacheLimits, negativeTimeToLive: Duration, metrics: EdgeMetrics,
        isCurrent: @escaping @Sendable () -> Bool = { true }
    ) {
        self.calls = calls
        self.isCurrent = isCurrent
        self.metrics = metrics
        cache = RoleSecretCache(limits, negativeTimeToLive: negativeTimeToLive)
        (orders, ordering) = AsyncStream.makeStream(of: Order.self)
    }

    /// Carries calls out until its task is cancelled; without it everybody waits in vain.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await order in orders {
                group.addTask {
                    let asked = ContinuousClock.now
                    do throws(LookupFailure) {
                        let access = try await self.calls.accessControl(
                            of: order.key, session: order.session,
                            patience: order.hasFallback ? Self.impatience : nil)
                        await self.settled(order.key, .success(access), asked: asked)
                    } catch {
                        await self.settled(order.key, .failure(error), asked: asked)
                    }
                }
            }
            group.cancelAll()
        }
    }

    package func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> RoleAccess {
        // No role has a longer name, so nobody need be asked about it, nor remember it.
        guard role.utf8.count <= CatalogName.byteLimit else { return .noSecret }
        let key = RoleKey(endpoint: endpoint, role: role)
        let fallback: RoleAccess?
        switch cache.lookUp(key, now: .now) {
        case .fresh(let access) where access == .noSecret || isCurrent():
            metrics.cacheLookup(.roleSecret, .hit)
            return access
        case .fresh(let access), .stale(let access): fallback = access
        case .absent: fallback = nil
        }
        metrics.cacheLookup(.roleSecret, .miss)
        switch await fetch(key, session: session, hasFallback: fallback != nil) {
        case .success(let access): return access
        case .failure(let failure):
            guard let fallback, failure.reason == .controlPlaneUnreachable else { throw failure }
            cache.outageNoticed(for: key, now: .now)
            return fallback
        }
    }

    package func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess? {
        let key = RoleKey(endpoint: endpoint, role: role)
        // Somebody else's wrong proof may have brought the new secret already.
        if case .fresh(let access) = cache.lookUp(key, now: .now), access != tried { return access }
        guard cache.takeRefetch(for: key, now: .now) else { return nil }
        guard case .success(let access) = await fetch(key, session: session, hasFallback: true) else { return nil }
        guard access != tried else { return nil }
        metrics.cacheLookup(.roleSecret, .spuriousHit)
        return access
    }

    /// Secrets of this endpoint changed: the next login asks the control plane.
    package func invalidate(_ endpoint: EndpointName, upTo revision: UInt64) {
        cache.invalidate(endpoint, upTo: revision, now: .now)
    }

    // MARK: - Calls

    private func fetch(_ key: RoleKey, session: SessionContext, hasFallback: Bool) async -> Answer {
        let (stream, inbox) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
        let isFirst = waiters[key] == nil
        waiters[key, default: []].append(inbox)
        if isFirst { ordering.yield(Order(key: key, session: session, hasFallback: hasFallback)) }
        // No deadline here: the call ends by itself. A cancelled session leaves at once.
        for await answer in stream { return answer }
        return .failure(LookupFailure(reason: .cancelled))
    }

    private func settled(_ key: RoleKey, _ answer: Answer, asked: ContinuousClock.Instant) {
        if case .success(let access) = answer { cache.fill(access, for: key, asked: asked, now: .now) }
        for inbox in waiters.removeValue(forKey: key) ?? [] {
            inbox.yield(answer)
            inbox.finish()
        }
    }
}
