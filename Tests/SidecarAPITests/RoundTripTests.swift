import GRPCLite
import SidecarAPI
import Testing

/// The fixtures were written by Google's Python protobuf 3.21 from the same `.proto` files.
struct RoundTripTests {
    private let transition = ReportV1.Transition(
        endpoint: "demo", computeID: "compute-demo-3",
        version: ReportV1.Version(generation: 3, sequence: 1 << 40),
        state: .running, previousState: .`init`, atUnixMicros: 1_700_000_000_000_000,
        address: "127.0.0.1:5999", serverName: "compute-demo-3",
        pageserver: ReportV1.PageserverConnectionInfo(
            shardCount: 2, stripeSize: 2048,
            shards: [
                .init(index: "0002", pageservers: [.init(id: .max, libpqURL: "postgresql://ps1")]),
                .init(index: "0102", pageservers: [.init(), .init(id: 2, grpcURL: "grpc://ps2")]),
            ],
            preferProtocol: .grpc),
        activity: .idle, lastActiveUnixMicros: -1, reason: "postgres is ready: é")

    private let transitionBytes = bytes(
        """
        0a0464656d6f 120e636f6d707574652d64656d6f2d33 1a09080310808080808020 2005 2804 308080f9c0c1c48203
        3a0e3132372e302e302e313a35393939 420e636f6d707574652d64656d6f2d33 4a48 0802 108010
        1a25 0a0430303032 121d 08ffffffffffffffffff01 1210706f737467726573716c3a2f2f707331
        1a18 0a0430313032 1200 120e 0802 1a0a677270633a2f2f707332 2001
        5802 60ffffffffffffffffff01 6a15706f7374677265732069732072656164793a20c3a9
        """)

    @Test func `a message with every kind of field is written as Python writes it`() throws {
        #expect(try transition.serializedBytes() == transitionBytes)
    }

    @Test func `and read as Python wrote it`() throws {
        #expect(try ReportV1.Transition(serializedBytes: transitionBytes) == transition)
    }

    @Test func `each case of a oneof crosses, also the empty one`() throws {
        let ready = PeerV1.WakeProgress(
            event: .ready(.init(endpoint: "demo", version: .init(generation: 1, sequence: 2), address: "h:1")))
        #expect(try ready.serializedBytes() == bytes("1211 0a0464656d6f 120408011002 1a03683a31"))
        let waking = PeerV1.WakeProgress(event: .waking(.init()))
        #expect(try waking.serializedBytes() == bytes("0a00"))
        let failed = PeerV1.WakeProgress(event: .failed(.init(reason: "ENDPOINT_NOT_FOUND", sqlState: "08006")))
        for progress in [ready, waking, failed, .init(event: .redirect(.init(owner: "proxy-b"))), .init()] {
            #expect(try PeerV1.WakeProgress(serializedBytes: progress.serializedBytes()) == progress)
        }
    }

    @Test func `the last member of a oneof on the wire wins`() throws {
        let both = try PeerV1.WakeProgress(serializedBytes: bytes("0a00 2203 0a0162"))
        #expect(both.event == .redirect(.init(owner: "b")))
    }

    @Test func `a flag is one byte`() throws {
        let member = AdminV1.Member(
            id: "proxy-a", grpcAddress: "127.0.0.1:7002", state: "self", draining: true, startedUnixMicros: 5)
        let wire = bytes("0a0770726f78792d61 120e3132372e302e302e313a37303032 1a0473656c66 2001 2805")
        #expect(try member.serializedBytes() == wire)
        #expect(try AdminV1.Member(serializedBytes: wire) == member)
    }

    @Test func `no bytes are a message with every field at its default`() throws {
        #expect(try ReportV1.Transition(serializedBytes: []) == ReportV1.Transition())
        #expect(try ReportV1.Transition().serializedBytes() == [])
    }

    @Test func `an enum keeps a number that it has no name for`() throws {
        let transition = try ReportV1.Transition(serializedBytes: bytes("204d"))
        #expect(transition.state == .unrecognized(77))
        #expect(try transition.serializedBytes() == bytes("204d"))
    }

    @Test func `long lists and strings are whole`() throws {
        let endpoints = (0..<5_000).map {
            AdminV1.EndpointSummary(name: "ep-\($0)", state: String(repeating: "ü", count: $0 % 50), generation: 1)
        }
        let reply = AdminV1.EndpointsReply(endpoints: endpoints)
        #expect(try AdminV1.EndpointsReply(serializedBytes: reply.serializedBytes()) == reply)
    }
}
