import EdgeProxy
import Gossip
import PostgresWire
import Testing
import Transport

struct CancelPlanTests {
    private func grant(_ port: Int) throws -> CancelGrant {
        CancelGrant(
            endpoint: try #require(EndpointName("demo")), version: .none,
            target: PostgresUpstream.Target(host: "127.0.0.1", port: port, serverName: nil),
            computeKey: try #require(CancelKey(processID: 7, secret: [1, 2, 3, 4])))
    }

    @Test func `what is here comes first, then what the key says, then whom it names`() throws {
        let (own, token, owners) = (try grant(1), try grant(2), [MemberID("b"), MemberID("c")])
        #expect(CancelPlan(own: own, token: token, owners: owners) == .act(own, .own))
        #expect(CancelPlan(own: own, token: nil, owners: []) == .act(own, .own))
        #expect(CancelPlan(own: nil, token: token, owners: owners) == .act(token, .token))
        #expect(CancelPlan(own: nil, token: token, owners: []) == .act(token, .token))
        #expect(CancelPlan(own: nil, token: nil, owners: owners) == .ask(owners))
        #expect(CancelPlan(own: nil, token: nil, owners: []) == .unknown)
    }

    @Test func `a crowd that one key may name is not asked as a whole`() {
        let crowd = (0..<100).map { MemberID("proxy-\($0)") }
        #expect(CancelPlan(own: nil, token: nil, owners: crowd) == .ask(Array(crowd.prefix(4))))
    }
}
