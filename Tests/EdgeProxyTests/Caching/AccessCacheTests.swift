import EdgeProxy
import Gossip
import PostgresWire
import Testing

struct AccessCacheTests {
    private let start = ContinuousClock.now
    private let key: RoleKey
    private let cache = Held(
        AccessCache(ProjectInfoLimits(size: 10, timeToLive: .seconds(60)), negativeTimeToLive: .seconds(2)))

    init() throws {
        key = RoleKey(endpoint: try #require(EndpointName("demo")), role: "demo")
    }

    private enum Seen: Equatable { case fresh, stale, absent, refused }

    private func seen(_ key: RoleKey? = nil, at now: ContinuousClock.Instant) -> Seen {
        switch cache({ $0.lookUp(key ?? self.key, now: now) }) {
        case .fresh: .fresh
        case .stale: .stale
        case .absent: .absent
        case .refused: .refused
        }
    }

    @Test(arguments: LookupFailure.Reason.allCases)
    func `what the control plane says of a role is remembered for a moment, an outage is not`(
        reason: LookupFailure.Reason
    ) throws {
        cache { $0.fill(LookupFailure(reason: reason), for: key, asked: start, now: start) }
        let isRemembered = [.roleProtected, .rateLimited].contains(reason)
        #expect(seen(at: start + .milliseconds(1_999)) == (isRemembered ? .refused : .absent))
        #expect(seen(at: start + .seconds(2)) == .absent)
        #expect(seen(RoleKey(endpoint: key.endpoint, role: "other"), at: start) == .absent)
    }

    @Test func `a refusal lasts as long as was asked for, within reason, and a change or an answer ends it`() throws {
        let failure = LookupFailure(reason: .rateLimited, retryAfter: .seconds(3_600))
        cache { $0.fill(failure, for: key, asked: start, now: start) }
        #expect(seen(at: start + .seconds(29)) == .refused)
        #expect(seen(at: start + .seconds(30)) == .absent)
        cache { $0.invalidate("demo", upTo: 1, now: start + .seconds(1)) }
        #expect(seen(at: start + .seconds(1)) == .absent)
        cache { $0.fill(failure, for: key, asked: start + .seconds(2), now: start + .seconds(2)) }
        try fill(asked: .seconds(3))
        #expect(seen(at: start + .seconds(3)) == .fresh)
        cache { $0.fill(failure, for: key, asked: start + .seconds(4), now: start + .seconds(4)) }
        _ = cache { $0.purge(nil) }
        #expect(seen(at: start + .seconds(4)) == .absent)
    }

    private func secret() throws -> RoleAccess {
        .verifier(try #require(SCRAMVerifier.parse(EdgeFixtures.verifier)))
    }

    private func fill(_ key: RoleKey? = nil, asked: Duration, settings: EndpointSettings = EndpointSettings()) throws {
        let access = EndpointAccess(try secret(), settings)
        cache { $0.fill(access, for: key ?? self.key, asked: start + asked, now: start + asked) }
    }

    @Test func `a change makes what is here, and what is on its way, of no use; not even an outage brings it back`()
        throws
    {
        try fill(asked: .zero)
        #expect(cache { $0.invalidate("demo", upTo: 7, now: start + .seconds(2)) })
        #expect(seen(at: start + .seconds(2)) == .absent)
        // Asked before the change, answered after it.
        let late = EndpointAccess(try secret(), EndpointSettings())
        cache { $0.fill(late, for: key, asked: start + .seconds(1), now: start + .seconds(3)) }
        cache { $0.outageNoticed(for: key, now: start + .seconds(3)) }
        #expect(seen(at: start + .seconds(3)) == .absent)
        #expect(cache { $0.lookUpSettings(of: key.endpoint, now: start + .seconds(3)) } == nil)
        try fill(asked: .seconds(4))
        // The same again, or an older one, is no news.
        #expect(!cache { $0.invalidate("demo", upTo: 7, now: start + .seconds(5)) })
        #expect(!cache { $0.invalidate("demo", upTo: 6, now: start + .seconds(5)) })
        #expect(seen(at: start + .seconds(6)) == .fresh)
        #expect(cache { $0.invalidate("demo", upTo: 8, now: start + .seconds(7)) })
        #expect(seen(at: start + .seconds(8)) == .absent)
    }

    @Test(arguments: ["quiet-sea-1", "org-7"])
    func `news of a project or an account is news of its endpoints, and of no other`(name: String) throws {
        let other = RoleKey(endpoint: try #require(EndpointName("other")), role: "demo")
        try fill(asked: .zero, settings: EndpointSettings(projectID: "quiet-sea-1", accountID: "org-7"))
        try fill(other, asked: .zero, settings: EndpointSettings(projectID: "loud-sea-2", accountID: "org-8"))
        cache { $0.invalidate(name, upTo: 1, now: start + .seconds(1)) }
        #expect(seen(at: start + .seconds(2)) == .absent)
        #expect(seen(other, at: start + .seconds(2)) == .fresh)
        // It is known whose the endpoint is when the answer is looked at, not when it was asked for.
        let late = EndpointAccess(try secret(), EndpointSettings(projectID: "quiet-sea-1", accountID: "org-7"))
        cache { $0.fill(late, for: other, asked: start + .milliseconds(500), now: start + .seconds(3)) }
        #expect(seen(other, at: start + .seconds(3)) == .absent)
    }

    @Test func `an answer that a later one overtook does not bring old rules back`() throws {
        let (old, new) = (AccessRules(blocksPublicNetwork: true), AccessRules.open)
        try fill(asked: .seconds(2), settings: EndpointSettings(rules: new))
        try fill(
            RoleKey(endpoint: key.endpoint, role: "slow"), asked: .seconds(1), settings: EndpointSettings(rules: old))
        #expect(cache { $0.settings(of: key.endpoint) }?.settings.rules == new)
    }

    @Test func `rules grow old as secrets do, and one role's question brings them for all`() throws {
        try fill(asked: .zero)
        try fill(RoleKey(endpoint: key.endpoint, role: "second"), asked: .seconds(30))
        #expect(seen(at: start + .seconds(59)) == .fresh)
        #expect(seen(at: start + .seconds(61)) == .stale, "its secret is old, whatever the rules are")
        #expect(cache { $0.lookUpSettings(of: key.endpoint, now: start + .seconds(61)) }?.isFresh(at: start) == true)
    }

    @Test func `a role that is missing from an endpoint that is not there needs no rules`() {
        cache { $0.fill(EndpointAccess(.noSecret), for: key, asked: start, now: start) }
        #expect(seen(at: start + .seconds(1)) == .fresh)
        cache { $0.invalidate("demo", upTo: 1, now: start + .seconds(1)) }
        #expect(seen(at: start + .seconds(1)) == .absent, "it may have been made just now")
    }

    @Test func `an answer without rules does not wipe rules`() throws {
        try fill(asked: .zero, settings: EndpointSettings(rules: AccessRules(blocksPublicNetwork: true)))
        cache { $0.fill(EndpointAccess(.noSecret), for: key, asked: start + .seconds(1), now: start + .seconds(1)) }
        #expect(cache { $0.settings(of: key.endpoint) }?.settings.rules.blocksPublicNetwork == true)
    }

    @Test func `a denial is worth a question now and then, and none while the rules are new`() throws {
        try fill(asked: .zero)
        #expect(!cache { $0.takeRefetch(for: key.endpoint, now: start + .milliseconds(900)) })
        #expect(cache { $0.takeRefetch(for: key.endpoint, now: start + .seconds(2)) })
        for attempt in 0..<100 {
            #expect(!cache { $0.takeRefetch(for: key.endpoint, now: start + .milliseconds(2000 + attempt)) })
        }
        try fill(asked: .seconds(3))
        #expect(!cache { $0.takeRefetch(for: key.endpoint, now: start + .seconds(6)) })
        #expect(cache { $0.takeRefetch(for: key.endpoint, now: start + .seconds(8)) })
        #expect(!cache { $0.takeRefetch(for: EndpointName("other") ?? key.endpoint, now: start + .seconds(8)) })
    }

    @Test func `a purge forgets what was told and not what has changed`() throws {
        try fill(asked: .zero)
        cache { $0.invalidate("demo", upTo: 5, now: start + .seconds(1)) }
        #expect(cache { $0.purge(key.endpoint) } == 2)
        try fill(asked: .seconds(1))
        #expect(seen(at: start + .seconds(2)) == .absent)
    }
}
