import ComputeAgent
import Testing

@Suite struct PageserverResolverTests {
    static let field = """
        "pageserver_connection_info": {"shard_count": 2, "stripe_size": 2048, "prefer_protocol": "grpc", "shards": {
          "0102": {"pageservers": [{"id": 12, "libpq_url": "postgres://ps-b", "grpc_url": "grpc://ps-b"}]},
          "0002": {"pageservers": [{"id": 11, "libpq_url": "postgres://ps-a", "grpc_url": "grpc://ps-a"}]}}},
        """
    static let list = #""pageserver_connstring": "postgres://ps-a,postgres://ps-b", "shard_stripe_size": 2048,"#
    static let settings = """
        {"name": "neon.pageserver_connstring", "value": "postgres://ps-a,postgres://ps-b", "vartype": "string"},
        {"name": "neon.stripe_size", "value": "2048", "vartype": "integer"}
        """

    private func resolve(extra: String = "", settings: String = "") throws -> PageserverConnectionInfo? {
        let spec = try #require(try SpecText.read(SpecText.local(settings: settings, extra: extra)))
        return try PageserverResolver.resolve(spec)
    }

    @Test func `the field comes first`() throws {
        let info = try #require(try resolve(extra: Self.field + Self.list, settings: Self.settings))
        #expect(info.preferredProtocol == .grpc)
        #expect(info.shards.map(\.index.description) == ["0002", "0102"])
        #expect(info.shards.map { $0.pageservers.first?.id } == [11, 12])
    }

    @Test func `then the older field, then the setting`() throws {
        let fromList = try #require(try resolve(extra: Self.list))
        let fromSettings = try #require(try resolve(settings: Self.settings))
        #expect(fromList == fromSettings)
        #expect(fromList.shardCount == 2)
        #expect(fromList.stripeSize == 2048)
        #expect(fromList.preferredProtocol == .libpq)
        #expect(fromList.shards.map { $0.pageservers.first?.libpqURL } == ["postgres://ps-a", "postgres://ps-b"])
    }

    @Test func `one address is unsharded whatever the stripe size says`() throws {
        let info = try #require(
            try resolve(extra: #""pageserver_connstring": "host=ps port=1", "shard_stripe_size": 9,"#))
        #expect(info.shardCount == 0)
        #expect(info.stripeSize == nil)
        #expect(info.shards.map(\.index.description) == ["0000"])
    }

    @Test func `sources that disagree are refused`() {
        let other = Self.settings.replacing("ps-b", with: "ps-c")
        let said = SpecText.complaint(about: SpecText.local(settings: other, extra: Self.list)) ?? "nothing"
        #expect(said == "spec.cluster.settings(neon.pageserver_connstring): disagrees with spec.pageserver_connstring")
    }

    @Test(arguments: [
        (Self.list.replacing(#", "shard_stripe_size": 2048"#, with: ""), "spec.pageserver_connstring: several shards"),
        (#""pageserver_connstring": "http://ps","#, "spec.pageserver_connstring.shards.0000.pageservers[0].libpq_url"),
        (Self.field.replacing("0102", with: "0202"), "spec.pageserver_connection_info.shards: shard 0102 is missing"),
        (Self.field.replacing("0102", with: "01"), "spec.pageserver_connection_info.shards.01: the key is not four"),
        (Self.field.replacing(#""stripe_size": 2048,"#, with: ""), "spec.pageserver_connection_info.stripe_size"),
        (Self.field.replacing(#""shard_count": 2"#, with: #""shard_count": 200"#), "spec.pageserver_connection_info"),
        (
            Self.field.replacing(#", "grpc_url": "grpc://ps-a""#, with: ""),
            "spec.pageserver_connection_info.shards.0002.pageservers[0]: lacks grpc_url"
        ),
        (
            #""pageserver_connection_info": {"shard_count": 0, "shards": {"0000": {"pageservers": []}}},"#,
            "spec.pageserver_connection_info.shards.0000.pageservers: is empty"
        ),
    ])
    func `what cannot be reached is refused up front`(extra: String, complaint: String) {
        let said = SpecText.complaint(about: SpecText.local(extra: extra)) ?? "nothing"
        #expect(said.hasPrefix(complaint), "\(said)")
    }

    @Test func `a shard index is four hex digits of either case`() {
        #expect(ShardIndex("0B10") == ShardIndex(number: 11, count: 16))
        #expect(ShardIndex(number: 11, count: 16).description == "0b10")
        for wrong in ["", "010", "01020", "01g2", "+102", "０１０２"] { #expect(ShardIndex(wrong) == nil) }
    }
}
