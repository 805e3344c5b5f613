import EdgeProxy
import Testing

struct TimedLRUTests {
    private let start = ContinuousClock.now

    private func cache(size: Int) -> Held<TimedLRU<String, Int>> {
        Held(TimedLRU(CacheLimits(size: size, timeToLive: .seconds(10))))
    }

    @Test func `an entry lives for its time to live and no longer`() {
        let cache = cache(size: 2)
        cache { $0.insert(1, for: "a", now: start) }
        #expect(cache { $0.touch("a", now: start + .milliseconds(9_999)) } == 1)
        #expect(cache { $0.touch("a", now: start + .milliseconds(19_999)) } == nil)
        #expect(cache { $0.count } == 0)
    }

    @Test func `a hit starts its time anew`() {
        let cache = cache(size: 2)
        cache { $0.insert(1, for: "a", now: start) }
        for second in stride(from: 9, through: 90, by: 9) {
            #expect(cache { $0.touch("a", now: start + .seconds(second)) } == 1)
        }
        #expect(cache { $0.touch("a", now: start + .seconds(101)) } == nil)
    }

    @Test func `a look does not`() {
        let cache = cache(size: 2)
        cache { $0.insert(1, for: "a", now: start) }
        #expect(cache { $0.peek("a") } == 1)
        #expect(cache { $0.touch("a", now: start + .seconds(10)) } == nil)
    }

    @Test func `the least recently used entry makes room`() {
        let cache = cache(size: 3)
        for (value, key) in ["a", "b", "c"].enumerated() { cache { $0.insert(value, for: key, now: start) } }
        _ = cache { $0.touch("a", now: start) }
        cache { $0.insert(3, for: "d", now: start) }
        #expect(cache { $0.peek("b") } == nil)
        #expect(["a", "c", "d"].allSatisfy { key in cache { $0.peek(key) } != nil })
        cache { $0.insert(9, for: "c", now: start) }
        cache { $0.insert(4, for: "e", now: start) }
        #expect(cache { $0.peek("a") } == nil)
        #expect(cache { $0.peek("c") } == 9)
        #expect(cache { $0.count } == 3)
    }

    @Test func `a cache of size 0 keeps nothing`() {
        let cache = cache(size: 0)
        cache { $0.insert(1, for: "a", now: start) }
        #expect(cache { $0.peek("a") } == nil)
    }

    @Test func `removed slots are used again`() {
        let cache = cache(size: 2)
        for round in 0..<100 {
            cache { $0.insert(round, for: "k\(round)", now: start) }
            if round.isMultiple(of: 3) { #expect(cache { $0.remove("k\(round)") } == round) }
            #expect(cache { $0.count } <= 2)
        }
        #expect(cache { $0.remove("absent") } == nil)
    }

    @Test func `where there is a limit to all of it, use does not prolong it`() {
        let limits = CacheLimits(size: 2, timeToLive: .seconds(10), absoluteTimeToLive: .seconds(25))
        let cache = Held(TimedLRU<String, Int>(limits))
        cache { $0.insert(1, for: "a", now: start) }
        for second in [9, 18, 24] { #expect(cache { $0.touch("a", now: start + .seconds(second)) } == 1) }
        #expect(cache { $0.touch("a", now: start + .seconds(25)) } == nil)
        cache { $0.insert(2, for: "a", now: start + .seconds(26)) }
        #expect(cache { $0.touch("a", now: start + .seconds(35)) } == 2)
    }

    @Test func `what is doomed goes, and the rest keeps its order`() {
        let cache = cache(size: 3)
        for (value, key) in ["a", "b", "c"].enumerated() { cache { $0.insert(value, for: key, now: start) } }
        cache { $0.removeAll { $0 == "b" } }
        #expect(Set(cache { $0.entries.map(\.key) }) == ["a", "c"])
        cache { $0.insert(3, for: "d", now: start) }
        cache { $0.insert(4, for: "e", now: start) }
        #expect(Set(cache { $0.entries.map(\.key) }) == ["c", "d", "e"])
        cache { $0.removeAll { _ in true } }
        #expect(cache { $0.count } == 0)
    }
}
