import EdgeProxy
import Gossip
import Testing

struct LocationCacheTests {
    private let start = ContinuousClock.now
    private let demo: EndpointName
    private let cache = Held(LocationCache(CacheLimits(size: 10, timeToLive: .seconds(60))))

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private func location(_ generation: UInt64, _ sequence: UInt64 = 0) -> ComputeLocation {
        ComputeLocation(
            endpoint: demo, version: FactVersion(generation: generation, sequence: sequence), host: "127.0.0.1",
            port: 5000 + Int(generation), serverName: "compute-demo-\(generation)",
            computeID: "compute-demo-\(generation)")
    }

    private func version(_ generation: UInt64, _ sequence: UInt64 = 0) -> FactVersion {
        FactVersion(generation: generation, sequence: sequence)
    }

    @Test func `a newer location replaces an older one, and never the other way round`() {
        #expect(cache { $0.fill(location(3), as: .fresh, now: start) })
        #expect(cache { $0.fill(location(3, 5), as: .fresh, now: start) })
        #expect(cache { $0.fill(location(4), as: .fresh, now: start) })
        #expect(!cache { $0.fill(location(3, 9), as: .fresh, now: start) })
        #expect(cache { $0.location(of: demo, now: start) } == location(4))
    }

    @Test func `a late invalidation does not remove a newer location`() {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        cache { $0.fill(location(4), as: .fresh, now: start) }
        for _ in 0..<200 {
            #expect(!cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) })
        }
        #expect(cache { $0.location(of: demo, now: start) } == location(4))
        #expect(cache { $0.seenGeneration(of: demo) } == 3)
    }

    @Test func `an old fill does not bring back what was invalidated`() {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        #expect(cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) })
        #expect(!cache { $0.fill(location(3), as: .fresh, now: start) })
        #expect(!cache { $0.fill(location(2, 99), as: .fresh, now: start) })
        #expect(cache { $0.location(of: demo, now: start) } == nil)
        #expect(cache { $0.seenGeneration(of: demo) } == 3)
    }

    @Test func `a later report of the same generation passes the floor`() {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) }
        #expect(cache { $0.fill(location(3, 4), as: .fresh, now: start) })
        #expect(cache { $0.location(of: demo, now: start) } == location(3, 4))
    }

    @Test func `a confirmation lifts a suspicion`() {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) }
        #expect(cache { $0.fill(location(3), as: .confirmed, now: start) })
        #expect(cache { $0.location(of: demo, now: start) } == location(3))
    }

    @Test func `a confirmation does not lift an end`() {
        cache { $0.fill(location(3, 4), as: .fresh, now: start) }
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .ended, now: start) }
        #expect(!cache { $0.fill(location(3), as: .confirmed, now: start) })
        #expect(cache { $0.hasEnded(location(3, 4)) })
        #expect(!cache { $0.hasEnded(location(4)) })
    }

    @Test func `dialling a corpse does not turn its end into a suspicion`() {
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .ended, now: start) }
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .unreachable, now: start) }
        cache { $0.invalidate(demo, upTo: version(3, 4), because: .unreachable, now: start) }
        #expect(!cache { $0.fill(location(3, 6), as: .confirmed, now: start) })
    }

    @Test func `a suspicion becomes an end when the agent says so`() {
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .unreachable, now: start) }
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .ended, now: start) }
        #expect(cache { $0.hasEnded(location(3, 6)) })
    }

    @Test func `an end is news once, and not after something newer`() {
        #expect(cache { $0.isNews(endOf: demo, at: version(3, 4)) })
        cache { $0.fill(location(3, 4), as: .fresh, now: start) }
        #expect(cache { $0.isNews(endOf: demo, at: version(3, 4)) && !$0.isNews(endOf: demo, at: version(3, 3)) })
        cache { $0.invalidate(demo, upTo: version(3, 4), because: .unreachable, now: start) }
        #expect(cache { $0.isNews(endOf: demo, at: version(3, 4)) && !$0.isNews(endOf: demo, at: version(3, 3)) })
        cache { $0.invalidate(demo, upTo: version(3, 4), because: .ended, now: start) }
        #expect(cache { !$0.isNews(endOf: demo, at: version(3, 4)) && $0.isNews(endOf: demo, at: version(3, 5)) })
    }

    @Test func `an end known before the first location keeps it out`() {
        cache { $0.invalidate(demo, upTo: version(3, 9), because: .ended, now: start) }
        #expect(!cache { $0.fill(location(3), as: .fresh, now: start) })
        #expect(cache { $0.fill(location(4), as: .fresh, now: start) })
    }

    @Test func `floors hold even when the cache is switched off`() {
        let cache = Held(LocationCache(CacheLimits(size: 0, timeToLive: .zero)))
        cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) }
        #expect(cache { $0.seenGeneration(of: demo) } == 3)
        cache { $0.fill(location(4), as: .fresh, now: start) }
        #expect(cache { $0.location(of: demo, now: start) } == nil)
    }

    @Test func `an operator sees who told it, how long ago, and what is known to be dead`() {
        #expect(cache { $0.inspect(demo, now: start) } == nil)
        cache { $0.invalidate(demo, upTo: version(3, 6), because: .ended, now: start) }
        cache { $0.fill(location(4), as: .fresh, from: .gossip, now: start + .seconds(1)) }
        #expect(
            cache { $0.inspect(demo, now: start + .seconds(3)) }
                == CachedLocation(
                    location: location(4), origin: .gossip, age: .seconds(2), floor: version(3, 6), floorCause: .ended))
    }

    @Test func `what is purged is asked for again, and what is dead stays dead`() throws {
        let other = try #require(EndpointName("other"))
        cache { $0.invalidate(demo, upTo: version(3), because: .unreachable, now: start) }
        cache { $0.fill(location(4), as: .fresh, now: start) }
        #expect(cache { $0.purge(other) } == 0)
        #expect(cache { $0.purge(demo) } == 1)
        #expect(cache { $0.location(of: demo, now: start) } == nil)
        #expect(cache { $0.seenGeneration(of: demo) } == 3)
        #expect(!cache { $0.fill(location(3), as: .fresh, now: start) })
        cache { $0.fill(location(4), as: .fresh, now: start) }
        #expect(cache { $0.purge(nil) } == 1)
    }

    // MARK: Names with a suffix

    private func pooled(_ generation: UInt64) throws -> ComputeLocation {
        var location = location(generation)
        location.endpoint = try #require(EndpointName("demo-pooler"))
        return location
    }

    @Test func `what has ended has ended for every way in`() throws {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        let pooled = try pooled(3)
        #expect(cache { $0.fill(pooled, as: .fresh, now: start) })
        cache { $0.invalidate(demo, upTo: version(3, 4), because: .ended, now: start) }
        #expect(cache { $0.location(of: pooled.endpoint, now: start) } == nil)
        #expect(cache { $0.hasEnded(pooled) })
        #expect(cache { $0.seenGeneration(of: pooled.endpoint) } == 3)
        #expect(!cache { $0.fill(pooled, as: .confirmed, now: start) })
        let later = try self.pooled(4)
        #expect(cache { $0.fill(later, as: .fresh, now: start) })
    }

    @Test func `a pooler that cannot be reached says nothing about the compute`() throws {
        cache { $0.fill(location(3), as: .fresh, now: start) }
        let pooled = try pooled(3)
        cache { $0.fill(pooled, as: .fresh, now: start) }
        cache { $0.invalidate(pooled.endpoint, upTo: version(3, 0), because: .unreachable, now: start) }
        #expect(cache { $0.location(of: demo, now: start) } == location(3))
        #expect(cache { $0.location(of: pooled.endpoint, now: start) } == nil)
        cache { $0.fill(pooled, as: .confirmed, now: start) }
        cache { $0.invalidate(demo, upTo: version(3, 0), because: .unreachable, now: start) }
        #expect(cache { $0.location(of: pooled.endpoint, now: start) } == pooled)
    }
}
