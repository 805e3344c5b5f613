import ComputeAgent
import Testing

@Suite struct BasebackupPlanTests {
    private static let ways = ["a", "b"].map { PageserverAddress(wire: .libpq, host: $0, port: 1) }

    @Test func `without a way there is nothing to do`() {
        #expect(BasebackupPlan(ways: []).begin() == .giveUp)
    }

    @Test func `all ways in turn, then a pause that grows, and an end`() {
        var plan = BasebackupPlan(ways: Self.ways)
        #expect(plan.begin() == .ask(Self.ways[0]))
        var pause = BasebackupPlan.firstPause
        var whole = Duration.zero
        for _ in 0..<BasebackupPlan.retries {
            #expect(plan.failed(.passing) == .ask(Self.ways[1]))
            #expect(plan.failed(.passing) == .pause(pause, Self.ways[0]))
            whole += pause
            pause = pause * BasebackupPlan.growth
        }
        #expect(plan.failed(.passing) == .ask(Self.ways[1]))
        #expect(plan.failed(.passing) == .giveUp)
        #expect(whole > .seconds(50) && whole < .seconds(60))
    }

    @Test func `a way that was refused for good is not taken again`() {
        var plan = BasebackupPlan(ways: Self.ways)
        #expect(plan.failed(.lasting) == .ask(Self.ways[1]))
        #expect(plan.failed(.passing) == .pause(BasebackupPlan.firstPause, Self.ways[1]))
        #expect(plan.failed(.lasting) == .giveUp)

        var other = BasebackupPlan(ways: Self.ways)
        #expect(other.failed(.passing) == .ask(Self.ways[1]))
        #expect(other.failed(.lasting) == .pause(BasebackupPlan.firstPause, Self.ways[0]))
        #expect(other.failed(.passing) == .pause(BasebackupPlan.firstPause * BasebackupPlan.growth, Self.ways[0]))
    }

    @Test func `what no pageserver can help ends it at once`() {
        var plan = BasebackupPlan(ways: Self.ways)
        #expect(plan.failed(.hopeless) == .giveUp)
        #expect(plan.failed(.passing) == .giveUp)
    }
}
