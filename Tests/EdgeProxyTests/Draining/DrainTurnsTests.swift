import EdgeProxy
import TestKit
import Testing

struct DrainTurnsTests {
    private let start = ContinuousClock.now
    private let id = SessionID("a")
    private var dice = SeededDice(seed: 1)

    private func turns(
        replication: DrainSettings.Policy = .wait, listen: DrainSettings.Policy = .wait, window: Duration = .zero
    ) -> DrainTurns {
        var settings = DrainSettings()
        settings.replication = replication
        settings.listen = listen
        settings.strangerGrace = .seconds(1)
        return DrainTurns(settings, spreadOver: window, at: start)
    }

    @Test func `an idle or busy session is asked once, and counted when it is gone`() {
        var (turns, dice) = (turns(), dice)
        let session = DrainTurns.Standing(id, .joined)
        #expect(turns.look(at: [session], now: start, using: &dice) == [.endAtIdlePoint(id)])
        #expect(turns.look(at: [session], now: start + .seconds(9), using: &dice) == [])
        #expect(turns.waiting == [.idlePoint: 1])
        #expect(turns.look(at: [], now: start + .seconds(9), using: &dice) == [])
        #expect(turns.waiting.isEmpty)
        #expect(turns.ended == [.asked: 1])
    }

    @Test(arguments: [SessionPhase.authenticating, .connecting, .cancelling])
    func `whoever is on the way gets there, and is asked then`(phase: SessionPhase) {
        var (turns, dice) = (turns(window: .seconds(5)), dice)
        #expect(turns.look(at: [.init(id, phase)], now: start + .seconds(8), using: &dice) == [])
        #expect(turns.waiting == [.login: 1])
        let orders = turns.look(at: [.init(id, .joined)], now: start + .seconds(8), using: &dice)
        #expect(orders == [.endAtIdlePoint(id)])
    }

    @Test func `a stranger has a moment to say who it is`() {
        var (turns, dice) = (turns(), dice)
        let stranger = DrainTurns.Standing(id, .handshake)
        #expect(turns.look(at: [stranger], now: start + .milliseconds(999), using: &dice) == [])
        #expect(turns.waiting == [.stranger: 1])
        #expect(turns.look(at: [stranger], now: start + .seconds(1), using: &dice) == [.endNow(id)])
        #expect(turns.look(at: [stranger], now: start + .seconds(2), using: &dice) == [])
        _ = turns.look(at: [], now: start + .seconds(2), using: &dice)
        #expect(turns.ended == [.stranger: 1])
    }

    @Test func `policies decide about replication and LISTEN`() {
        let replication = DrainTurns.Standing(SessionID("r"), .joined, isReplication: true)
        let listener = DrainTurns.Standing(SessionID("l"), .joined, hasListened: true)
        var (waiting, dice) = (turns(), dice)
        #expect(waiting.look(at: [replication, listener], now: start + .seconds(9), using: &dice) == [])
        #expect(waiting.waiting == [.replication: 1, .listen: 1])
        var ending = turns(replication: .end, listen: .end)
        let orders = ending.look(at: [replication, listener], now: start, using: &dice)
        #expect(orders == [.endNow(replication.id), .endAtIdlePoint(listener.id)])
        _ = ending.look(at: [], now: start, using: &dice)
        #expect(ending.ended == [.policy: 1, .asked: 1])
    }

    @Test func `who listens while its turn comes is left alone`() {
        var (turns, dice) = (turns(window: .seconds(5)), dice)
        _ = turns.look(at: [.init(id, .joined)], now: start, using: &dice)
        let orders = turns.look(at: [.init(id, .joined, hasListened: true)], now: start + .seconds(6), using: &dice)
        #expect(orders == [])
        #expect(turns.waiting == [.listen: 1])
    }

    @Test func `those who are there first leave one after the other, late ones at once`() {
        var (turns, dice) = (turns(window: .seconds(4)), dice)
        let early = (0..<400).map { DrainTurns.Standing(SessionID("early-\($0)"), .joined) }
        var asked: [Int] = []
        for second in 0...4 {
            asked.append(turns.look(at: early, now: start + .seconds(second), using: &dice).count)
        }
        #expect(asked[0] == 0)
        #expect(asked.reduce(0, +) == 400)
        #expect(asked[1...].allSatisfy { (60...140).contains($0) }, "\(asked)")
        let late = DrainTurns.Standing(SessionID("late"), .joined)
        let orders = turns.look(at: early + [late], now: start + .seconds(1), using: &dice)
        #expect(orders == [.endAtIdlePoint(late.id)])
    }

    @Test func `the farewell takes whoever is left`() {
        var (turns, dice) = (turns(), dice)
        let sessions = [
            DrainTurns.Standing(SessionID("busy"), .joined),
            DrainTurns.Standing(SessionID("walsender"), .joined, isReplication: true),
            DrainTurns.Standing(SessionID("new"), .connecting),
        ]
        _ = turns.look(at: Array(sessions.dropLast()), now: start, using: &dice)
        turns.bidFarewell(to: sessions)
        #expect(turns.look(at: sessions, now: start + .seconds(40), using: &dice) == [])
        _ = turns.look(at: [], now: start + .seconds(40), using: &dice)
        #expect(turns.ended == [.deadline: 3])
    }

    @Test func `who leaves before its turn was not asked`() {
        var (turns, dice) = (turns(window: .seconds(100)), dice)
        _ = turns.look(at: [.init(id, .joined)], now: start, using: &dice)
        _ = turns.look(at: [], now: start, using: &dice)
        #expect(turns.ended == [.left: 1])
    }
}
