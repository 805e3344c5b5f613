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
        ("size=7,idle_ttl=4m", CacheLimits(size: 7, timeToLive: .seconds(240))),
        (
            "tti=1m,absolute_ttl=1h,size=7",
            CacheLimits(size: 7, timeToLive: .seconds(60), absoluteTimeToLive: .seconds(3600))
        ),
        (
            "size=7,absolute_ttl=1h",
            CacheLimits(size: 7, timeToLive: .seconds(3600), absoluteTimeToLive: .seconds(3600))
        ),
    ])
    func `Neon's spelling is understood`(text: String, limits: CacheLimits) throws {
        #expect(try CacheLimits(parsing: text) == limits)
    }

    @Test(arguments: [
        "", "size", "size=", "size=-1,ttl=1s", "size=1", "ttl=1s", "size=1,ttl=", "size=1,ttl=5", "size=1,ttl=5d",
        "size=1,ttl=1s,size=2", "size=1,ttl=1s,colour=red", "size=1,ttl=99999999999999999h", "size=1, ttl=1s",
        "size=1,ttl=1s,tti=1s", "size=1,idle_ttl=1s,ttl=2s", "size=1,absolute_ttl=x",
    ])
    func `everything else is named and refused`(text: String) {
        #expect(throws: KeyValueText.Malformed.self) { try CacheLimits(parsing: text) }
    }

    @Test(arguments: [
        ("size=10000,ttl=4m,max_roles=10,gc_interval=60m", ProjectInfoLimits()),
        ("ttl=1s,size=3", ProjectInfoLimits(size: 3, timeToLive: .seconds(1))),
        ("size=3,ttl=1s,max_roles=2", ProjectInfoLimits(size: 3, timeToLive: .seconds(1), rolesPerEndpoint: 2)),
        ("size=0", ProjectInfoLimits(size: 0, timeToLive: .zero)),
    ])
    func `so is its spelling for roles and rules`(text: String, limits: ProjectInfoLimits) throws {
        #expect(try ProjectInfoLimits(parsing: text) == limits)
        #expect(limits.roles.size >= limits.endpoints.size)
    }

    @Test(arguments: [
        "", "ttl=4m", "size=1", "size=1,ttl=1s,max_roles=0", "size=1,ttl=1s,max_roles=-1", "size=1,ttl=1s,roles=1",
        "size=1,ttl=1s,gc_interval=never", "size=1,ttl=1s,ttl=1s",
    ])
    func `and everything else is refused there too`(text: String) {
        #expect(throws: KeyValueText.Malformed.self) { try ProjectInfoLimits(parsing: text) }
    }
}
