import EdgeProxy
import Gossip
import SidecarAPI
import Testing

struct ReportedDetailsTests {
    private typealias Info = ReportV1.PageserverConnectionInfo

    private func details(_ info: Info?, _ request: ReportV1.ScaleRequest? = nil) -> ReportedDetails {
        var transition = ReportV1.Transition()
        (transition.pageserver, transition.scaleRequest) = (info, request)
        return ReportedDetails(transition, at: FactVersion(generation: 1, sequence: 1))
    }

    private func info(shards: Int, servers: Int = 1, url: String = "grpc://ps:51051") -> Info {
        let shard = ReportV1.PageserverShard(
            index: "0000", pageservers: Array(repeating: .init(id: 7, grpcURL: url), count: servers))
        return Info(
            shardCount: UInt32(shards), stripeSize: 2048, shards: Array(repeating: shard, count: shards),
            preferProtocol: .grpc)
    }

    @Test func `everything that is no secret is kept`() {
        let whole = Info(
            shardCount: 2, stripeSize: 2048,
            shards: [
                .init(
                    index: "0002",
                    pageservers: [.init(id: 1, libpqURL: "postgresql://ps-1:6400", grpcURL: "grpc://ps-1:51051")]),
                .init(index: "0102", pageservers: [.init(id: 2, libpqURL: "host=ps-2 port=6400"), .init(id: 3)]),
            ], preferProtocol: .grpc)
        let request = ReportV1.ScaleRequest(
            memoryBytes: 5, memoryLimitBytes: 4, memoryUsedBytes: 3, memoryStallPermille: 2, reason: "pressure")
        let kept = details(whole, request)
        #expect(kept.pageserver == whole && kept.scaleRequest == request && kept.refused.isEmpty)
        #expect(kept.pageserverWords == "2 shards at 3 pageservers")
        #expect(details(nil).pageserver == nil && details(nil).scaleRequest == nil)
        // As operators see it.
        let shown = AdminV1.ReportedCompute(.init(details: kept, at: .now), now: .now)
        #expect(shown.generation == 1 && shown.sequence == 1 && shown.pageserverRefused.isEmpty)
        #expect(shown.pageserver?.shardCount == 2 && shown.pageserver?.stripeSize == 2048)
        #expect(shown.pageserver?.preferProtocol == .grpc)
        #expect(shown.pageserver?.shards.map(\.index) == ["0002", "0102"])
        #expect(shown.pageserver?.shards[0].pageservers.first?.grpcURL == "grpc://ps-1:51051")
        #expect(shown.scaleRequest?.memoryBytes == 5 && shown.scaleRequest?.reason == "pressure")
    }

    @Test(arguments: [
        ("postgresql://ps:6400", "postgresql://ps:6400"),
        ("postgresql://no_user@ps:6400/db", "postgresql://***@ps:6400/db"),
        ("postgresql://u:SECRET@ps:6400/?sslmode=require", "postgresql://***@ps:6400/?sslmode=require"),
        // Not encoded as it should be.
        ("postgresql://u:SEC@RE/T?x@ps:6400", "postgresql://***@ps:6400"),
        ("postgresql://ps/db?password=SECRET&sslmode=require", "postgresql://ps/db?password=***&sslmode=require"),
        ("postgresql://ps/?PassWord=SECRET&token=SECRET&sslpassword=SECRET", nil),
        ("postgresql://ps/?options=-c%20token=SECRET&SECRET", "postgresql://ps/?options=***&***"),
        ("grpc://SECRET@ps:51051#SECRET", "grpc://***@ps:51051"),
        ("host=ps port=6400 password=SECRET", "host=ps port=6400 password=***"),
        ("host=ps password='SECRET SECRET' sslmode=require", "host=ps password=*** *** sslmode=require"),
        ("host=ps password = SECRET", "host=ps *** =*** ***"),
        ("SECRET", "***"), ("", ""), ("://", "://"), ("grpc://\u{1B}[31mps\n", "grpc://?[31mps?"),
    ])
    func `no secret of an address is kept`(address: String, expected: String?) {
        let shown = AddressShown.withoutSecrets(address)
        #expect(!shown.contains("SEC") && !shown.contains("RET"))
        if let expected { #expect(shown == expected) }
        let kept = details(Info(shards: [.init(pageservers: [.init(libpqURL: address, grpcURL: address)])]))
        #expect(kept.pageserver?.shards[0].pageservers == [.init(libpqURL: shown, grpcURL: shown)])
    }

    @Test func `what is too much is not kept, and said so`() {
        let most = ReportedDetails.shardLimit
        #expect(details(info(shards: most)).pageserver?.shards.count == most)
        #expect(details(info(shards: most, servers: 4)).refused.isEmpty)
        let long = "grpc://" + String(repeating: "h", count: ReportedDetails.byteLimit)
        for (info, words) in [
            (info(shards: most + 1), "256 shards"), (info(shards: most, servers: 5), "1024 pageservers"),
            (info(shards: 1, url: long), "65536 bytes"),
        ] {
            let kept = details(info)
            #expect(kept.pageserver == nil && kept.refused.contains(words))
            #expect(kept.pageserverWords == "not kept: \(kept.refused)")
            #expect(kept.size < 1024)
        }
        let wordy = details(nil, .init(memoryBytes: 1, reason: "a\u{7}" + String(repeating: "r", count: 10_000)))
        #expect(wordy.scaleRequest?.reason == "a?" + String(repeating: "r", count: ReportedDetails.reasonLimit - 2))
    }
}
