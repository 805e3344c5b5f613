import GRPCLite
import Testing

@testable import ComputeAgent

struct RoleSecretsTests {
    @Test func `a budget lasts for its second and comes back with the next`() {
        var budget = QuestionBudget(limit: 2)
        let start = ContinuousClock.now
        let asked: [Duration] = [
            .zero, .zero, .milliseconds(999), .seconds(1), .seconds(1), .milliseconds(1_500), .seconds(2),
        ]
        let answers = asked.map { budget.take(at: start + $0) }
        #expect(answers == [true, true, false, true, true, false, true])
    }

    @Test func `a revision moves with the digest, and never back`() {
        let desk = RoleSecretsDesk { 1_000 }
        #expect(desk.looked("a") == 1_000)
        #expect(desk.looked("a") == nil)
        #expect(desk.looked("b") == 1_001)
        #expect(desk.looked("a") == 1_002)
    }

    @Test func `nothing is said before somebody watches`() async {
        let desk = RoleSecretsDesk { 1_000 }
        await #expect(throws: GRPCStatus(.unavailable, "the database is not running")) {
            _ = try await desk.secret(of: "demo")
        }
    }

    @Test func `too many questions are refused, whatever they are`() async {
        let desk = RoleSecretsDesk { 1_000 }
        var codes: Set<GRPCStatus.Code> = []
        for _ in 0...3 * RoleSecretsDesk.questionLimit {
            do { _ = try await desk.secret(of: "x") } catch { codes.insert((error as? GRPCStatus)?.code ?? .ok) }
        }
        #expect(codes == [.unavailable, .resourceExhausted])
    }

    @Test func `no question is put about names that no role has, nor about our own`() throws {
        for name in ["", String(repeating: "a", count: 64), "a\0b", "cloud_admin"] {
            #expect(RoleSecretReader.question(about: name) == nil, "\(name)")
        }
        let question = try #require(RoleSecretReader.question(about: #"o'neil\"#))
        #expect(question.contains(#"rolname =  E'o''neil\\' AND"#))
    }

    @Test(arguments: [
        (["sidecar://proxy/a"], GRPCStatus.Code?.none), (["sidecar://compute/demo/c"], .permissionDenied),
        (["sidecar://admin/a"], .permissionDenied), (["sidecar://control-plane/a"], .permissionDenied),
        ([], .unauthenticated), (["sidecar://proxy/a", "sidecar://proxy/b"], .unauthenticated),
        (["https://proxy/a"], .unauthenticated),
    ])
    func `only proxies may ask`(names: [String], refusal: GRPCStatus.Code?) {
        let method = "/sidecar.secret.v1.RoleSecrets/Get"
        #expect(AgentListener.refusal(of: method, by: PeerIdentity(uriNames: names))?.code == refusal)
    }

    @Test(arguments: [
        (["sidecar://control-plane/a"], GRPCStatus.Code?.none), (["sidecar://proxy/a"], .permissionDenied),
        (["sidecar://compute/demo/c"], .permissionDenied), (["sidecar://admin/a"], .permissionDenied),
        ([], .unauthenticated),
    ])
    func `only control planes may ask about all`(names: [String], refusal: GRPCStatus.Code?) {
        let method = "/sidecar.secret.v1.RoleSecrets/List"
        #expect(AgentListener.refusal(of: method, by: PeerIdentity(uriNames: names))?.code == refusal)
    }
}
