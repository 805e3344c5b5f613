import EdgeProxy
import Testing

struct CacheLimitsTests {
    @Test(arguments: [
        ("size=4000,ttl=5m", CacheLimits(size: 4000, timeToLive: .seconds(300))),
        ("ttl=5min,size=1", CacheLimits(size: 1, timeToLive: .seconds(300))),
        ("size=10,ttl=1s", CacheLimits(size: 10, timeToLive: .seconds(1))),
        ("size=10,ttl=250ms", CacheLimits(size: 10, timeToLive: .milliseconds(250))),
        ("size=0", CacheLimits(size: 0, timeToLive: .zero)),
        ("size=0,ttl=2h", CacheLimits(size: 0, timeToLive: .seconds(7200))),
    ])
    func `Neon's spelling is understood`(text: String, limits: CacheLimits) throws {
        #expect(try CacheLimits(parsing: text) == limits)
    }

    @Test(arguments: [
        "", "size", "size=", "size=-1,ttl=1s", "size=1", "ttl=1s", "size=1,ttl=", "size=1,ttl=5", "size=1,ttl=5d",
        "size=1,ttl=1s,size=2", "size=1,ttl=1s,colour=red", "size=1,ttl=99999999999999999h", "size=1, ttl=1s",
    ])
    func `everything else is named and refused`(text: String) {
        #expect(throws: CacheLimits.Malformed.self) { try CacheLimits(parsing: text) }
    }
}
