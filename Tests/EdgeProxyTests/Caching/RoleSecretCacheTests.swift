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

    @Test func `what was asked for before a change is of no use, and not even an outage brings it back`() throws {
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        #expect(isAbsent(cache { $0.lookUp(key, floor: start, now: start + .seconds(1)) }))
        cache { $0.outageNoticed(for: key, now: start + .seconds(100)) }
        #expect(isAbsent(cache { $0.lookUp(key, floor: start, now: start + .seconds(101)) }))
        #expect(isFresh(cache { $0.lookUp(key, floor: start - .seconds(1), now: start + .seconds(1)) }))
    }

    @Test func `an operator sees names and ages, and can have all of it forgotten`() throws {
        let gone = RoleKey(endpoint: key.endpoint, role: "gone")
        let elsewhere = RoleKey(endpoint: try #require(EndpointName("other")), role: "demo")
        try cache { $0.fill(try secret("c2FsdA=="), for: key, asked: start, now: start) }
        try cache { $0.fill(try secret("c2FsdA=="), for: elsewhere, asked: start, now: start) }
        cache { $0.fill(.noSecret, for: gone, asked: start, now: start) }
        let seen = cache { $0.roles(of: key.endpoint, now: start + .seconds(1)) }
        #expect(
            seen == [
                CachedSecret(role: "demo", kind: "SCRAM-SHA-256", age: .seconds(1), freshFor: .seconds(59)),
                CachedSecret(role: "gone", kind: "none", age: .seconds(1), freshFor: .seconds(1)),
            ])
        #expect(cache { $0.purge(key.endpoint) } == 2)
        #expect(isAbsent(cache { $0.lookUp(key, now: start + .seconds(1)) }))
        #expect(isFresh(cache { $0.lookUp(elsewhere, now: start + .seconds(1)) }))
        #expect(cache { $0.purge(nil) } == 1)
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
}
