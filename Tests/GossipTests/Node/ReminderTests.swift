import Testing

@testable import Gossip

struct ReminderTests {
    @Test func `an accuser tells the suspect in every interval, until it is dead`() {
        var bench = NodeBench(others: 9)
        var actions = bench.wait(.milliseconds(950))
        guard let suspect = (1...9).map({ MiniFleet.card($0) }).first(where: { bench.health(of: $0) == .suspect })
        else {
            Issue.record("nobody answered, and nobody is suspect")
            return
        }
        actions = []
        for _ in 0..<10 { actions += bench.wait(.milliseconds(100)) }
        let news = News.suspect(suspect.process, incarnation: 1, accuser: MiniFleet.card(0).process)
        let reminders = bench.receivers(of: news, in: actions).count { $0 == suspect.address }
        #expect((1...4).contains(reminders), "\(reminders) in a second")
    }
}
