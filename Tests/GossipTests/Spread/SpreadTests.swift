import Testing

@testable import Gossip

/// facts/gossip.md §2: forward at once, announce, pull; one slot per subject; budgets.
struct SpreadTests {
    private let me = MiniFleet.card(0)
    private let one = MiniFleet.card(1)
    private let two = MiniFleet.card(2)

    private func fact(_ name: String, _ generation: UInt64, padding: Int = 1) -> Fact {
        .endpoint(
            EndpointFact(
                endpoint: named(name), version: FactVersion(generation: generation, sequence: 0),
                phase: .running(
                    ComputePlace(
                        address: "10.0.0.9:5432", serverName: String(repeating: "s", count: padding), computeID: "c"))))
    }

    private func announcements(
        _ bench: NodeBench, in actions: [GossipNode.Action]
    ) -> [(to: MemberAddress, ids: [UInt64])] {
        actions.compactMap { action in
            guard case .send(_, let to, _) = action, case .announce(let ids)? = bench.parts(in: [action]).first else {
                return nil
            }
            return (to, ids)
        }
    }

    @Test(arguments: [(3, 3), (6, 6), (32, 32), (33, 6), (1200, 8)])
    func `what is new goes to F others at once, in a small fleet to all`(
        others: Int, expected: Int
    ) {
        var bench = NodeBench(others: others)
        let news = News.fact(fact("ep-a", 1))
        let receivers = bench.receivers(of: news, in: bench.give(.published(fact("ep-a", 1))))
        #expect(receivers.count == expected)
        #expect(Set(receivers).count == expected)
        #expect(!receivers.contains(me.address))
    }

    @Test func `what comes from one goes on to others but not back, once`() {
        var bench = NodeBench(others: 50)
        let news = News.fact(fact("ep-a", 1))
        let actions = bench.hear(news, from: one)
        #expect(bench.receivers(of: news, in: actions).count == 6)
        #expect(!bench.receivers(of: news, in: actions).contains(one.address))
        #expect(actions.contains(.learned(fact("ep-a", 1))))
        #expect(bench.hear(news, from: two).isEmpty, "a copy is nothing")
        #expect(bench.hear(.fact(fact("ep-a", 0)), from: two).isEmpty, "what is older is not passed on")
    }

    @Test func `what its publisher has told to all is announced, not passed on`() {
        var bench = NodeBench(others: 20)
        let news = News.fact(fact("ep-a", 1))
        let actions = bench.hear([.newsToAll(age: 0, body: news.body[...])], from: one)
        #expect(actions.contains(.learned(fact("ep-a", 1))))
        #expect(bench.receivers(of: news, in: actions).isEmpty)
        let later = bench.wait(.milliseconds(10))
        let announced = bench.parts(in: later).filter { if case .announce = $0 { true } else { false } }
        #expect(announced.count == 3)
        let pulled = bench.hear([.pull([bench.hash.hash(news.body[...])])], from: two)
        #expect(bench.receivers(of: news, in: pulled) == [two.address])
    }

    @Test func `ids are announced to three at 10, 30 and 90 milliseconds`() {
        var bench = NodeBench(others: 50)
        let published = bench.now
        bench.give(.published(fact("ep-a", 1)))
        let id = bench.hash.hash(News.fact(fact("ep-a", 1)).body)
        var at: [Int64] = []
        while bench.now < published + .milliseconds(200) {
            for announcement in announcements(bench, in: bench.wait(.milliseconds(1))) {
                #expect(announcement.ids == [id])
                at.append(published.duration(to: bench.now).wholeMilliseconds)
            }
        }
        #expect(at == [10, 10, 10, 30, 30, 30, 90, 90, 90])
    }

    @Test func `announcements due within two milliseconds share datagrams`() {
        var bench = NodeBench(others: 50)
        for number in 0..<4 {
            bench.give(.published(fact("ep-\(number)", 1)))
            bench.wait(.microseconds(500))
        }
        let sent = announcements(bench, in: bench.wait(.milliseconds(9)))
        #expect(sent.map(\.ids.count) == [4, 4, 4])
        #expect(Set(sent.map(\.to)).count == 3)
    }

    @Test func `an unknown id is pulled after five milliseconds, or when heard again`() {
        var bench = NodeBench(others: 5)
        #expect(bench.hear([.announce([7, 8])], from: one).isEmpty)
        let second = bench.hear([.announce([8])], from: two)
        #expect(bench.parts(in: second, to: two.address) == [.pull([8])])
        #expect(bench.parts(in: bench.wait(.milliseconds(4))).isEmpty)
        let later = bench.wait(.milliseconds(2))
        #expect(bench.parts(in: later, to: one.address) == [.pull([7])])
        #expect(bench.hear([.announce([7])], from: two).isEmpty, "one pull is under way")
        let retries = bench.wait(.milliseconds(12))
        #expect(bench.parts(in: retries, to: two.address).contains(.pull([7])), "it was lost, and another has it too")
    }

    @Test func `what has arrived meanwhile is not pulled`() {
        var bench = NodeBench(others: 5)
        let news = News.fact(fact("ep-a", 1))
        bench.hear([.announce([bench.hash.hash(news.body)])], from: one)
        bench.hear(news, from: two)
        let later = bench.parts(in: bench.wait(.milliseconds(8)))
        #expect(!later.contains { if case .pull = $0 { true } else { false } })
    }

    @Test func `a pull is answered with the payload, or with what has overtaken it`() {
        var bench = NodeBench(others: 5)
        let old = bench.hash.hash(News.fact(fact("ep-a", 1)).body)
        bench.give(.published(fact("ep-a", 1)))
        #expect(bench.news(in: bench.hear([.pull([old])], from: one)) == [.fact(fact("ep-a", 1))])
        bench.give(.published(fact("ep-a", 2)))
        #expect(bench.news(in: bench.hear([.pull([old])], from: one)) == [.fact(fact("ep-a", 2))])
        #expect(bench.hear([.pull([12345])], from: one).isEmpty)
        bench.wait(.seconds(2))
        #expect(bench.hear([.pull([old])], from: one).isEmpty, "later, repair")
    }

    @Test func `age is summed up over the hops and ends at sixty seconds`() {
        var bench = NodeBench(others: 5)
        let news = News.fact(fact("ep-a", 1))
        bench.hear(news, from: one, age: 900)
        bench.wait(.milliseconds(200))
        let parts = bench.parts(in: bench.hear([.pull([bench.hash.hash(news.body)])], from: two))
        #expect(parts == [.news(age: 1100, body: news.body[...])])
        bench.hear(.fact(fact("ep-b", 1)), from: one, age: 60_001)
        #expect(bench.node.fact(of: named("ep-b")) == nil)
        #expect(bench.node.counters.newsTooOld == 1)
        bench.hear(.fact(fact("ep-c", 1)), from: one, age: .max)
        #expect(bench.node.counters.newsTooOld == 2)
    }

    // MARK: - Budgets

    @Test func `no datagram is over the budget, however much there is to say`() {
        for budget in [576, 1200, 9000] {
            var bench = NodeBench(others: 20) { $0.datagramBudget = budget }
            for number in 0..<300 { bench.give(.published(fact("ep-\(number)", 1, padding: 200))) }
            bench.wait(.seconds(1))
            var largest = 0
            for case .send(let bytes, _, _) in bench.actions { largest = max(largest, bytes.count) }
            #expect(largest <= budget - 42 && largest > budget / 3)
        }
    }

    @Test func `beyond the budget news shares datagrams, and what waits too long is only announced`() {
        var bench = NodeBench(others: 20) {
            $0.newsRate = 60
            $0.newsBurst = 12
        }
        for number in 0..<400 { bench.give(.published(fact("ep-\(number)", 1, padding: 60))) }
        let actions = bench.wait(.milliseconds(500))
        let datagrams = actions.count { !bench.news(in: [$0]).isEmpty }
        #expect(datagrams < 60)
        #expect(bench.node.counters.newsDegraded > 100)
        let announced = bench.parts(in: actions).flatMap { part -> [UInt64] in
            if case .announce(let ids) = part { ids } else { [] }
        }
        #expect(Set(announced).count == 400, "each id at least")
    }

    @Test func `members and facts each have half of a full datagram`() throws {
        var bench = NodeBench(others: 20) {
            $0.newsRate = 1
            $0.newsBurst = 6
        }
        bench.give(.published(fact("first", 1)))
        for number in 0..<40 {
            bench.give(.published(fact("ep-\(number)", 1, padding: 60)))
            bench.hear(.alive(MiniFleet.card(100 + number)), from: one)
        }
        bench.now = bench.now + .milliseconds(1)
        let before = bench.actions.count
        // The budget is empty; ask for the next packet as the flush would build it.
        bench.node.newsBudget = TokenBucket(rate: 1, burst: 6, now: bench.now)
        bench.give(.membersHeard([]))
        let first = try #require(bench.actions[before...].first { !bench.news(in: [$0]).isEmpty })
        let news = bench.news(in: [first])
        let memberBytes = news.filter(\.isAboutMember).reduce(0) { $0 + $1.body.count }
        let factBytes = news.filter { !$0.isAboutMember }.reduce(0) { $0 + $1.body.count }
        #expect(memberBytes > 400 && memberBytes < 620)
        #expect(factBytes > 400 && factBytes < 620)
    }

    @Test func `one sender cannot make work without end`() {
        var bench = NodeBench(others: 5) {
            $0.senderRate = 10
            $0.senderBurst = 20
        }
        for number in 0..<100 { bench.hear(.fact(fact("ep-\(number)", 1)), from: one) }
        #expect(bench.node.counters.facts == 20)
        #expect(bench.node.counters.newsOverRate == 80)
        bench.hear(.fact(fact("other", 1)), from: two)
        #expect(bench.node.counters.facts == 21, "others are heard")
    }

    @Test func `the queue is bounded and the oldest go first`() {
        var configuration = GossipConfiguration()
        configuration.spreadCountLimit = 10
        var queue = SpreadQueue(configuration)
        let now = GossipInstant(nanoseconds: 0)
        for number in 0..<25 as Range<UInt64> {
            queue.insert(
                subject: number, id: 1000 + number, body: [1, 2, 3], isAboutMember: false, age: 0, source: nil, now: now
            )
        }
        #expect(queue.count == 10)
        #expect(queue.byteCount == 30)
        #expect(queue.droppedCount == 15)
        #expect(queue.slot(forID: 1000) == nil)
        #expect(queue.slot(forID: 1024) != nil)
    }

    @Test func `a subject has one slot, the newest`() {
        var queue = SpreadQueue(GossipConfiguration())
        let now = GossipInstant(nanoseconds: 0)
        for id in 1...5 as ClosedRange<UInt64> {
            queue.insert(
                subject: 9, id: id, body: [UInt8(id)], isAboutMember: false, age: 0, source: nil, now: now)
        }
        #expect(queue.count == 1)
        #expect(queue.byteCount == 1)
        #expect(queue.nextPush(aboutMember: false)?.slot.id == 5)
        queue.dropPush(aboutMember: false)
        #expect(queue.nextPush(aboutMember: false) == nil)
        #expect(queue.takeAnnouncements(at: now + .milliseconds(10)) == [5])
        queue.expire(at: now + .seconds(5))
        #expect(queue.count == 0 && queue.byteCount == 0)
    }

    @Test func `waiting pulls are bounded`() {
        var desk = PullDesk(delay: .milliseconds(5), limit: 10)
        let now = GossipInstant(nanoseconds: 0)
        let urgent = desk.announced(Array(0..<100), by: ProcessID(bits: 1), at: now)
        #expect(urgent.isEmpty)
        #expect(desk.count == 10)
        let due = desk.takeDue(at: now + .milliseconds(5))
        #expect(due == [PullDesk.Request(announcer: ProcessID(bits: 1), ids: Array(0..<10))])
        _ = desk.takeDue(at: now + .seconds(1))
        #expect(desk.count == 0)
    }

    @Test func `ids are remembered up to the limit`() {
        var recent = RecentIDs(limit: 3)
        for id in 1...4 as ClosedRange<UInt64> { recent.insert(id) }
        #expect([1, 2, 3, 4].map { recent.contains($0) } == [false, true, true, true])
    }
}
