import ComputeAgent
import Testing

@Suite struct PageserverAddressTests {
    @Test func `addresses are read in every spelling`() {
        typealias Address = PageserverAddress
        #expect(Address("postgres://no_user@ps-a:6400") == Address(wire: .libpq, host: "ps-a", port: 6400))
        #expect(Address("postgresql://me@ps-a") == Address(wire: .libpq, host: "ps-a", port: 5432, user: "me"))
        #expect(
            Address("postgres://ps-a:6400/db?application_name=x") == Address(wire: .libpq, host: "ps-a", port: 6400))
        #expect(
            Address("postgres://me:secret@ps-a:6400?sslmode=require")
                == Address(wire: .libpq, host: "ps-a", port: 6400, user: "me", demandsTLS: true))
        #expect(Address("postgres://[::1]:6400") == Address(wire: .libpq, host: "::1", port: 6400))
        #expect(Address("grpc://[::1]") == Address(wire: .grpc, host: "::1", port: 51_051))
        #expect(Address("grpc://no_user@ps-a:1") == Address(wire: .grpc, host: "ps-a", port: 1))
        #expect(Address("host=ps-a port=6400 user=me") == Address(wire: .libpq, host: "ps-a", port: 6400, user: "me"))
        #expect(Address("host=ps-a sslmode=verify-full")?.demandsTLS == true)
        #expect(Address("host=ps-a sslmode=disable")?.demandsTLS == false)
    }

    @Test(arguments: [
        "", "postgres://", "postgres://a,b", "http://a", "port=1", "host=", "host=a port=0", "host=a port=65536",
        "host=a,b",
        "postgres://a:0", "postgres://a:x", "postgres://a:", "host=a sslmode=sometimes", "postgres://a?sslmode", "host",
    ])
    func `what is no address is none`(text: String) {
        #expect(PageserverAddress(text) == nil)
    }

    @Test func `the preferred protocol comes first at each pageserver`() throws {
        let server = { (name: String) in
            PageserverConnectionInfo.Pageserver(libpqURL: "postgres://\(name):1", grpcURL: "grpc://\(name):2")
        }
        let only = PageserverConnectionInfo.Pageserver(libpqURL: "postgres://c:1", grpcURL: "grpc://")
        let shard = PageserverConnectionInfo.Shard(
            index: ShardIndex(number: 0, count: 2), pageservers: [server("a"), server("b"), only])
        for (preferred, ways) in [
            (
                PageserverConnectionInfo.PreferredProtocol.libpq,
                ["libpq a:1", "grpc a:2", "libpq b:1", "grpc b:2", "libpq c:1"]
            ),
            (.grpc, ["grpc a:2", "libpq a:1", "grpc b:2", "libpq b:1", "libpq c:1"]),
        ] {
            let timeline = RemoteTimeline(
                tenantID: "t", timelineID: "l", token: nil,
                pageservers: .init(shardCount: 2, stripeSize: 8, shards: [shard], preferredProtocol: preferred),
                safekeepers: [], mode: .primary)
            #expect(timeline.ways(to: shard).map(\.description) == ways)
            #expect(timeline.tenantShardID(shard.index) == "t-0002")
            #expect(timeline.tenantShardID(ShardIndex(number: 0, count: 0)) == "t")
        }
    }
}
