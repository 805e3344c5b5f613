import EdgeProxy
import Gossip
import PostgresWire
import Testing

struct RoleSecretCacheTests {
    private let start = ContinuousClock.now
    private let key: RoleKey
    private let cache = Held(
        RoleSecretCache(CacheLimits(size: 10, timeToLive: .seconds(60)), negativeTimeToLive: .seconds(2)))

    init() throws {
        key = RoleKey(endpoint: try #require(EndpointName("demo")), role: "demo")
    }

    private func secret(_ salt: String) throws -> RoleAccess {
        .verifier(
            try #require(
                SCRAMVerifier.parse(
                    "SCRAM-SHA-256$4096:\(salt)$2SGbtJlIDxFHF0RNFrLTPwiHMdkfSfCPn2bO1LZmVY8=:"
                        + "5Zlb1vjJUnhUnj4VvrlEBw5cUCOSYnFAAQgU2Q9E0aQ=")))
    }

    private func isFresh(_ lookup: RoleSecretCache.Lookup) -> Bool {
        if case .fresh = lookup { true } else { false }
    }

    private func isStale(_ lookup: RoleSecretCache.Lookup) -> Bool {
        if case .stale = lookup { true } else { false }
    }

    private func isAbsent(_ lookup: RoleSecretCache.Lookup) -> Bool {
        if case .absent = lookup { true } else { false }
    }

    @Test func `a secret is fresh, then stale, and use does not make it younger`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        for second in [0, 20, 40, 59] { #expect(isFresh(cache { $0.lookUp(key, now: start + .seconds(second)) })) }
        #expect(isStale(cache { $0.lookUp(key, now: start + .seconds(60)) }))
    }

    @Test func `that a role does not exist is believed for a moment only`() {
        cache { $0.fill(.noSecret, for: key, asked: start, now: start) }
        #expect(isFresh(cache { $0.lookUp(key, now: start + .milliseconds(1_999)) }))
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(2)) }))
    }

    @Test func `an outage makes a stale secret do for a while`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        let later = start + .seconds(100)
        #expect(isStale(cache { $0.lookUp(key, now: later) }))
        cache { $0.outageNoticed(for: key, now: later) }
        #expect(isFresh(cache { $0.lookUp(key, now: later + .seconds(4)) }))
        #expect(isStale(cache { $0.lookUp(key, now: later + .seconds(6)) }))
    }

    @Test func `a wrong proof is worth one question per interval, and none while the secret is new`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        #expect(!cache { $0.takeRefetch(for: key, now: start + .milliseconds(900)) })
        #expect(cache { $0.takeRefetch(for: key, now: start + .seconds(2)) })
        for attempt in 0..<100 {
            #expect(!cache { $0.takeRefetch(for: key, now: start + .milliseconds(2000 + attempt)) })
        }
        // The answer of that question does not start the interval anew.
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start + .seconds(3), now: start + .seconds(3)) }
        #expect(!cache { $0.takeRefetch(for: key, now: start + .seconds(6)) })
        #expect(cache { $0.takeRefetch(for: key, now: start + .seconds(8)) })
    }

    @Test func `names that strangers invent push out no secret`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        for number in 0..<100 {
            let invented = RoleKey(endpoint: key.endpoint, role: "invented-\(number)")
            cache { $0.fill(.noSecret, for: invented, asked: start, now: start) }
            #expect(isFresh(cache { $0.lookUp(invented, now: start) }))
        }
        #expect(isFresh(cache { $0.lookUp(key, now: start + .seconds(1)) }))
        #expect(isStale(cache { $0.lookUp(key, now: start + .seconds(100)) }))
    }

    @Test func `a role that was dropped does not come back out of the cache`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        cache { $0.fill(.noSecret, for: key, asked: start + .seconds(61), now: start + .seconds(61)) }
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(70)) }))
    }

    @Test func `a role without a secret is not asked about again for a wrong proof`() {
        cache { $0.fill(.noSecret, for: key, asked: start, now: start) }
        #expect(!cache { $0.takeRefetch(for: key, now: start + .milliseconds(1_500)) })
    }

    @Test func `a change makes what is here, and what is on its way, of no use; not even an outage brings it back`()
        throws
    {
        let endpoint = key.endpoint
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        cache { $0.invalidate(endpoint, upTo: 7, now: start + .seconds(2)) }
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(2)) }))
        // Asked before the change, answered after it.
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start + .seconds(1), now: start + .seconds(3)) }
        cache { $0.outageNoticed(for: key, now: start + .seconds(3)) }
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(3)) }))
        try cache { $0.fill(try secret("bmV3cw=="), for: key, asked: start + .seconds(4), now: start + .seconds(4)) }
        // The same again, or an older one, is no news.
        cache { $0.invalidate(endpoint, upTo: 7, now: start + .seconds(5)) }
        cache { $0.invalidate(endpoint, upTo: 6, now: start + .seconds(5)) }
        #expect(isFresh(cache { $0.lookUp(key, now: start + .seconds(6)) }))
        cache { $0.invalidate(endpoint, upTo: 8, now: start + .seconds(7)) }
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(8)) }))
    }
}
