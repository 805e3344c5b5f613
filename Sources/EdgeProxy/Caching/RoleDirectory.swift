package import Gossip
package import Logging
internal import PostgresWire
internal import Synchronization
internal import Telemetry

/// Knows who may log in to which endpoint and from where, with one question to their source for everybody who asks at
/// once.
package actor RoleDirectory {
    private typealias Answer = Result<EndpointAccess, LookupFailure>

    private struct Order: Sendable {
        var key: RoleKey
        var session: SessionContext
        var hasFallback: Bool
    }

    /// How long to go on against a silent control plane when a stale secret is at hand.
    private static let impatience: Duration = .seconds(1)
    /// How many unreadable entries of a list the log repeats, and how much of each.
    private static let shownEntries = 8
    private static let shownLength = 64

    private let source: any SecretSource
    private let metrics: EdgeMetrics
    private let logger: Logger
    private let isCurrent: @Sendable () -> Bool
    private var cache: AccessCache
    /// Who waits for which key; a key in here has its call on the way.
    private var waiters: [RoleKey: [AsyncStream<Answer>.Continuation]] = [:]
    private let orders: AsyncStream<Order>
    private let ordering: AsyncStream<Order>.Continuation

    /// - Parameter isCurrent: whether news of changed secrets would have come by now. While it would not, what is cached
    ///   is believed only when the control plane does not answer.
    package init(
        source: any SecretSource, limits: ProjectInfoLimits, negativeTimeToLive: Duration, metrics: EdgeMetrics,
        logger: Logger, isCurrent: @escaping @Sendable () -> Bool = { true }
    ) {
        self.source = source
        self.isCurrent = isCurrent
        self.metrics = metrics
        self.logger = logger
        cache = AccessCache(limits, negativeTimeToLive: negativeTimeToLive)
        (orders, ordering) = AsyncStream.makeStream(of: Order.self)
    }

    /// Carries calls out until its task is cancelled; without it everybody waits in vain.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await order in orders {
                group.addTask {
                    let asked = ContinuousClock.now
                    do throws(LookupFailure) {
                        let access = try await self.source.accessControl(
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

    // MARK: - Sessions

    /// The role's secret and its endpoint's settings, from the cache or from the control plane.
    package func accessControl(
        endpoint: EndpointName, role: String, session: SessionContext
    ) async throws(LookupFailure) -> EndpointAccess {
        // No role has a longer name, so nobody need be asked about it, nor remember it.
        guard role.utf8.count <= CatalogName.byteLimit else { return EndpointAccess(.noSecret) }
        let key = RoleKey(endpoint: endpoint, role: role)
        let fallback: EndpointAccess?
        let known = cache.lookUpSettings(of: endpoint, now: .now)
        metrics.cacheLookup(.accessRules, known?.isFresh(at: .now) == true && isCurrent() ? .hit : .miss)
        switch cache.lookUp(key, now: .now) {
        case .fresh(let access) where access.role == .noSecret || isCurrent():
            metrics.cacheLookup(.roleSecret, .hit)
            return access
        case .fresh(let access), .stale(let access): fallback = access
        case .refused(let failure):
            metrics.cacheLookup(.roleSecret, .hit)
            throw failure
        case .absent: fallback = nil
        }
        metrics.cacheLookup(.roleSecret, .miss)
        switch await fetch(key, session: session, hasFallback: fallback != nil) {
        case .success(let access): return access
        case .failure(let failure):
            guard let fallback, failure.isOutage else { throw failure }
            cache.outageNoticed(for: key, now: .now)
            return fallback
        }
    }

    /// A proof did not fit `tried`; see ``EndpointDirectory``.
    package func accessControlAfterWrongProof(
        endpoint: EndpointName, role: String, tried: RoleAccess, session: SessionContext
    ) async -> RoleAccess? {
        let key = RoleKey(endpoint: endpoint, role: role)
        // Somebody else's wrong proof may have brought the new secret already.
        if case .fresh(let access) = cache.lookUp(key, now: .now), access.role != tried { return access.role }
        guard cache.takeRefetch(for: key, now: .now) else { return nil }
        guard case .success(let access) = await fetch(key, session: session, hasFallback: true) else { return nil }
        guard access.role != tried else { return nil }
        metrics.cacheLookup(.roleSecret, .spuriousHit)
        return access.role
    }

    /// A rule of `tried` turned somebody away: asks the control plane once more, in case it has just been changed.
    ///
    /// - Returns: `nil` when nothing changed, and when the question was put a moment ago.
    package func accessControlAfterDenial(
        endpoint: EndpointName, role: String, tried: EndpointAccess, session: SessionContext
    ) async -> EndpointAccess? {
        let key = RoleKey(endpoint: endpoint, role: role)
        if case .fresh(let access) = cache.lookUp(key, now: .now), access.rules != tried.rules { return access }
        guard cache.takeRefetch(for: endpoint, now: .now) else { return nil }
        guard case .success(let access) = await fetch(key, session: session, hasFallback: true) else { return nil }
        guard access.rules != tried.rules else { return nil }
        metrics.cacheLookup(.accessRules, .spuriousHit)
        return access
    }

    /// What holds for an endpoint, if nobody need be asked. Not counted: a lookup follows, or a denial.
    package func knownSettings(of endpoint: EndpointName) -> EndpointSettings? {
        guard isCurrent(), let known = cache.lookUpSettings(of: endpoint, now: .now), known.isFresh(at: .now) else {
            return nil
        }
        return known.settings
    }

    /// What holds for an endpoint whichever role it is about, as somebody who is no client wants to know.
    ///
    /// - Returns: `nil` when there is no such endpoint.
    package func settings(
        of endpoint: EndpointName, session: SessionContext
    ) async throws(LookupFailure) -> EndpointSettings? {
        let known = cache.lookUpSettings(of: endpoint, now: .now)
        if let known, known.isFresh(at: .now), isCurrent() {
            metrics.cacheLookup(.accessRules, .hit)
            return known.settings
        }
        metrics.cacheLookup(.accessRules, .miss)
        let key = RoleKey(endpoint: endpoint, role: known?.role ?? "")
        switch await fetch(key, session: session, hasFallback: known != nil) {
        case .success(let access): return access.settings
        case .failure(let failure):
            guard let known, failure.isOutage else { throw failure }
            return known.settings
        }
    }

    // MARK: - News and operators

    /// Secrets or settings changed of this endpoint, or of every endpoint of the project or account with this id: the
    /// next login asks the control plane. An older revision than one heard before, or the same again, is no news.
    ///
    /// - Returns: whether it was news.
    @discardableResult
    package func invalidate(_ name: String, upTo revision: UInt64) -> Bool {
        cache.invalidate(name, upTo: revision, now: .now)
    }

    /// The roles of an endpoint that are remembered, by name.
    package func inspect(_ endpoint: EndpointName) -> [CachedSecret] {
        cache.roles(of: endpoint, now: .now).sorted { $0.role < $1.role }
    }

    /// An endpoint's rules and limits as they are remembered.
    package func inspectSettings(_ endpoint: EndpointName) -> CachedSettings? {
        cache.settings(of: endpoint).map {
            CachedSettings(
                settings: $0.settings, age: $0.fetchedAt.duration(to: .now), isFresh: $0.isFresh(at: .now))
        }
    }

    /// Sessions that wait for an answer of the control plane about this endpoint.
    package func waiterCount(of endpoint: EndpointName) -> Int {
        waiters.reduce(0) { $0 + ($1.key.endpoint == endpoint ? $1.value.count : 0) }
    }

    /// Forgets what it was told; the next login asks.
    ///
    /// - Parameter endpoint: `nil` for all.
    /// - Returns: how many entries were let go.
    @discardableResult
    package func purge(_ endpoint: EndpointName?) -> Int { cache.purge(endpoint) }

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
        switch answer {
        case .success(let access):
            noteUnreadable(access, of: key.endpoint)
            cache.fill(access, for: key, asked: asked, now: .now)
        case .failure(let failure): cache.fill(failure, for: key, asked: asked, now: .now)
        }
        for inbox in waiters.removeValue(forKey: key) ?? [] {
            inbox.yield(answer)
            inbox.finish()
        }
    }

    /// Said once for as long as the list is remembered and stays as it is.
    private func noteUnreadable(_ access: EndpointAccess, of endpoint: EndpointName) {
        let entries = access.rules.allowedAddresses.unreadable
        guard !entries.isEmpty, cache.settings(of: endpoint)?.settings.rules.allowedAddresses.unreadable != entries
        else { return }
        metrics.unreadableAllowListEntries.add(entries.count)
        let shown = entries.prefix(Self.shownEntries).map { "“\($0.prefix(Self.shownLength))”" }
        logger.warning(
            "entries of an allow-list cannot be read and match nobody",
            metadata: ["ep": "\(endpoint)", "count": "\(entries.count)", "entries": "\(shown.joined(separator: " "))"])
    }
}

/// What an operator sees of an endpoint's remembered rules.
package struct CachedSettings: Sendable, Equatable {
    package var settings: EndpointSettings
    /// Since they were asked for.
    package var age: Duration
    package var isFresh: Bool
}
