import EdgeProxy
import GRPCLite
import Gossip
import PostgresWire
import SidecarAPI
import Synchronization
import TestKit
import Testing
import Transport

/// A cancel request on its way from one proxy to another: mutual TLS and gRPC are real.
@Suite(.serialized) struct PeerCancelTests {
    /// Nobody asks it anything here.
    private func withFleet(_ body: @escaping @Sendable (SmallFleet) async throws -> Void) async throws {
        let plane = ScriptedControlPlane { _ in .json("{}") }
        try await plane.serve { base in try await SmallFleet.run(controlPlane: base, body) }
    }

    private func key(_ length: Int = 4) throws -> CancelKey {
        try #require(CancelKey(processID: .max, secret: Array(repeating: 0xAB, count: length)))
    }

    private func owner(_ id: MemberID, seenBy proxy: SmallFleet.Proxy) -> CancelOwner {
        CancelOwner(id, process: proxy.fleet.member(id)?.process)
    }

    @Test func `the key and who asks arrive as they are, and the answer comes back`() async throws {
        let (short, long) = (try key(), try key(256))
        try await withFleet { fleet in
            let (a, b) = (fleet.proxies[0], fleet.proxies[1])
            let origin = ClientOrigin(address: IPAddress("2001:db8::7"), privateLink: "vpce-1")
            let deadline = ContinuousClock.now + .seconds(5)
            for (sent, answer) in [(short, CancelOutcome.done), (long, .notFound), (short, .refused), (long, .failed)] {
                b.cancels.answer.withLock { $0 = answer }
                #expect(await a.links.cancel(sent, from: origin, at: b.id, deadline: deadline) == answer)
                let heard = try #require(b.cancels.heard.withLock { $0.last })
                #expect(heard.key == sent && heard.origin == origin)
                #expect(heard.deadline <= deadline + .milliseconds(500), "no longer than the asker waits")
            }
            #expect(fleet.proxies.map { $0.cancels.heard.withLock { $0.count } } == [0, 4, 0])
        }
    }

    @Test func `owners are found among the members, and never this one`() async throws {
        try await withFleet { fleet in
            let proxy = fleet.proxies[0]
            for other in fleet.proxies {
                let owner = owner(other.id, seenBy: proxy)
                #expect(proxy.links.members(named: owner) == (other.id == proxy.id ? [] : [other.id]))
            }
            // Restarted: the old run's keys name nobody.
            #expect(proxy.links.members(named: CancelOwner(fleet.proxies[1].id, process: ProcessID(bits: 12))) == [])
        }
    }

    @Test func `a member that is gone, or that nobody knows, is a failure in time`() async throws {
        let key = try key()
        try await withFleet { fleet in
            let (a, b) = (fleet.proxies[0], fleet.proxies[1])
            await b.listening.shutdown(grace: .zero)
            for id in [b.id, MemberID("unheard-of")] {
                let outcome = await a.links.cancel(
                    key, from: ClientOrigin(address: nil), at: id, deadline: .now + .seconds(1))
                #expect(outcome == .failed)
            }
        }
    }

    @Test func `only proxies may ask, and only with a key`() async throws {
        try await withFleet { fleet in
            let proxy = fleet.proxies[0]
            let demo = try #require(EndpointName("demo"))
            let request = PeerV1.CancelRequest(processID: 1, secret: [1, 2, 3, 4])
            for identity in [FleetIdentity.compute(demo, computeID: "compute-demo-1"), .admin("local")] {
                let error = await #expect(throws: GRPCStatus.self) {
                    _ = try await PeerV1.PeerClient(fleet.channel(to: proxy, as: identity)).cancel(request)
                }
                #expect(error?.code == .permissionDenied)
            }
            let channel = try fleet.channel(to: proxy, as: .proxy(fleet.proxies[1].id))
            for secret in [[], [1, 2, 3], [UInt8](repeating: 0, count: 257)] {
                let error = await #expect(throws: GRPCStatus.self) {
                    _ = try await PeerV1.PeerClient(channel).cancel(PeerV1.CancelRequest(processID: 1, secret: secret))
                }
                #expect(error?.code == .invalidArgument)
            }
            #expect(proxy.cancels.heard.withLock { $0.isEmpty })
        }
    }
}
