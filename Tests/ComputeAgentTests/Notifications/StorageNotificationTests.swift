import Testing

@testable import ComputeAgent

/// Notifications as values: what they say, and what becomes of a spec.
@Suite struct StorageNotificationTests {
    static let tenant = String(repeating: "a", count: 32)

    static func attach(_ nodes: [Int], stripe: String = "null", tenant: String = tenant) -> String {
        let shards = nodes.enumerated().map { #"{"node_id": \#($1), "shard_number": \#($0)}"# }.joined(separator: ",")
        return
            #"{"tenant_id": "\#(tenant)", "preferred_az": "az-1", "stripe_size": \#(stripe), "shards": [\#(shards)]}"#
    }

    static func safekeepers(generation: Int, _ list: String = #"{"id": 1, "hostname": "sk-1"}"#) -> String {
        #"{"tenant_id": "\#(tenant)", "timeline_id": "\#(tenant)", "generation": \#(generation), "#
            + #""safekeepers": [\#(list)]}"#
    }

    private static let nodes = """
        {"pageservers": [{"id": 1, "libpq_url": "postgres://ps-1"}, {"id": 2, "libpq_url": "postgres://ps-2"},
          {"id": 3, "grpc_url": "grpc://ps-3"}],
         "safekeepers": [{"id": 7, "address": "sk-7:6000"}]}
        """

    private func spec(_ extra: String = "", settings: String = "") throws -> ComputeSpec {
        let base = #""tenant_id": "\#(Self.tenant)", "timeline_id": "\#(Self.tenant)","#
        return try #require(try SpecText.read(SpecText.local(settings: settings, extra: base + extra)))
    }

    private func apply(_ json: String, to spec: ComputeSpec) throws -> ComputeSpec? {
        let nodes = try StorageNodes(json: Array(Self.nodes.utf8))
        let notification: StorageNotification =
            json.contains("generation")
            ? .safekeepers(try SafekeeperNotification(json: Array(json.utf8)))
            : .attach(try AttachNotification(json: Array(json.utf8)))
        return try notification.applied(to: spec, nodes: nodes)
    }

    private static let plain = #""safekeeper_connstrings": ["sk-0:1"], "pageserver_connstring": "postgres://ps-1","#

    @Test func `an attachment replaces whatever the spec said of pageservers`() throws {
        let settings = #"{"name": "neon.pageserver_connstring", "value": "postgres://ps-1", "vartype": "string"}"#
        let before = try spec(Self.plain + #""skip_pg_catalog_updates": false,"#, settings: settings)
        let after = try #require(try apply(Self.attach([2, 1], stripe: "2048"), to: before))
        let info = try #require(try PageserverResolver.resolve(after))
        #expect(info.shards.map(\.index.description) == ["0002", "0102"])
        #expect(info.shards.map { $0.pageservers.map(\.id) } == [[2], [1]])
        #expect(info.stripeSize == 2048)
        #expect(after.pageserverConnstring == nil && after.cluster.settings.isEmpty)
        #expect(after.skipCatalogUpdates)
        #expect(try apply(Self.attach([2, 1], stripe: "2048"), to: after) == nil)
        let single = try #require(try apply(Self.attach([2]), to: after))
        #expect(single.pageserverConnectionInfo?.shardCount == 0)
        let one = try #require(try apply(Self.attach([2], stripe: "2048"), to: single))
        #expect(one.pageserverConnectionInfo?.shards.map(\.index.description) == ["0001"])
    }

    @Test func `a spec teaches the addresses of its own nodes`() throws {
        let info = #"""
            "safekeeper_connstrings": ["sk-0:1"], "pageserver_connection_info": {"shard_count": 2, "stripe_size": 1,
              "shards": {"0002": {"pageservers": [{"id": 8, "libpq_url": "host=ps-8"}]},
                "0102": {"pageservers": [{"id": 1, "libpq_url": "host=other"}, {"id": 9, "libpq_url": "host=ps-9"}]}}},
            """#
        let after = try #require(try apply(Self.attach([9, 1], stripe: "1"), to: try spec(info)))
        let urls = after.pageserverConnectionInfo?.shards.map { $0.pageservers.first?.libpqURL }
        #expect(urls == ["host=ps-9", "postgres://ps-1"])
    }

    @Test(arguments: [
        (attach([4]), NotificationRefusal.unknownNode("pageserver 4")),
        (attach([1], tenant: String(repeating: "b", count: 32)), .otherTenant),
        (
            attach([3]),
            .unusable(
                SpecFailure(
                    at: "spec.pageserver_connection_info.shards.0000.pageservers[0]",
                    "lacks libpq_url, the preferred protocol"))
        ),
        (safekeepers(generation: 5, #"{"id": 1}"#), .unknownNode("safekeeper 1")),
        (safekeepers(generation: 3, #"{"id": 7}"#), .contradiction("generation 3 has other safekeepers here")),
    ])
    func `what cannot be leaves the spec alone`(json: String, refusal: NotificationRefusal) throws {
        let before = try spec(Self.plain + #""safekeepers_generation": 3,"#)
        #expect(throws: refusal) { try apply(json, to: before) }
    }

    @Test func `of safekeepers the higher generation counts, whenever it comes`() throws {
        let before = try spec(Self.plain + #""safekeepers_generation": 3,"#)
        #expect(try apply(Self.safekeepers(generation: 2), to: before) == nil)
        let list = #"{"id": 7, "hostname": "ignored"}, {"id": 8, "hostname": "sk-8"}, {"id": 9, "hostname": "::1"}"#
        let after = try #require(try apply(Self.safekeepers(generation: 4, list), to: before))
        #expect(after.safekeeperConnstrings == ["sk-7:6000", "sk-8:5454", "[::1]:5454"])
        #expect(after.safekeepersGeneration == 4)
        #expect(try apply(Self.safekeepers(generation: 4, list), to: after) == nil)
        #expect(try apply(Self.safekeepers(generation: 3), to: after) == nil)
    }

    @Test func `a generation in a setting is one, and the setting goes`() throws {
        let setting = #"{"name": "neon.safekeepers", "value": "g#3:sk-0:1", "vartype": "string"}"#
        let before = try spec(#""pageserver_connstring": "host=ps","#, settings: setting)
        #expect(try apply(Self.safekeepers(generation: 2), to: before) == nil)
        let after = try #require(try apply(Self.safekeepers(generation: 4), to: before))
        #expect(after.cluster.settings.isEmpty && after.safekeeperConnstrings == ["sk-1:5454"])
    }

    @Test(arguments: [
        ("[]", "is not an object"), ("{", "is not JSON"), ("{}", "tenant_id: is missing"),
        (attach([1], tenant: "x"), "tenant_id: must be 32 hex digits"), (attach([]), "shards: are not numbered"),
        (attach([1, 2]), "stripe_size: is missing"), (attach([1], stripe: "-1"), "stripe_size: is not a number"),
        (attach([1, 2], stripe: "8").replacing(#""shard_number": 1"#, with: #""shard_number": 0"#), "shards: are not"),
        (attach([1, 2], stripe: "8").replacing(#""shard_number": 1"#, with: #""shard_number": 2"#), "shards: are not"),
        (attach([1]).replacing(#""node_id": 1, "#, with: ""), "shards[0].node_id: is missing"),
        (attach(Array(0..<129), stripe: "8"), "shards: has more than 128"),
        (safekeepers(generation: 1, ""), "safekeepers: are not 1 to"),
        (safekeepers(generation: 1, #"{"id": 1}, {"id": 1}"#), "safekeepers: has a number twice"),
        (safekeepers(generation: 1, #"{"id": 1, "hostname": "a b"}"#), "safekeepers[0].hostname: is not the name"),
        (safekeepers(generation: -1), "generation: is not a number"),
    ])
    func `a misshapen notification`(json: String, complaint: String) throws {
        let said = #expect(throws: SpecFailure.self) { _ = try apply(json, to: try spec(Self.plain)) }
        #expect(said?.description.hasPrefix(complaint) == true, "\(String(describing: said))")
    }

    @Test(arguments: [
        (#"{"pageservers": [{"libpq_url": "host=x"}]}"#, "pageservers[0].id: is missing"),
        (#"{"pageservers": [{"id": 1}, {"id": 1}]}"#, "pageservers[1].id: 1 is there twice"),
        (#"{"safekeepers": [{"id": 1, "address": "sk"}]}"#, "safekeepers[0].address: is not host:port"),
    ])
    func `a misshapen file of nodes`(json: String, complaint: String) {
        let said = #expect(throws: SpecFailure.self) { try StorageNodes(json: Array(json.utf8)) }
        #expect(said?.description == complaint)
    }
}
