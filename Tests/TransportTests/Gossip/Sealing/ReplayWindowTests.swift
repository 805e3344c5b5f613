import TestKit
import Testing

@testable import Transport

struct ReplayWindowTests {
    @Test func `each counter is fresh once, in any order`() {
        var window = ReplayWindow()
        for counter in [5, 1, 3, 2, 4] as [UInt64] {
            #expect(window.verdict(on: counter) == .fresh)
            window.record(counter)
            #expect(window.verdict(on: counter) == .seen)
        }
        #expect(window.verdict(on: 6) == .fresh)
    }

    @Test func `zero is no counter`() {
        #expect(ReplayWindow().verdict(on: 0) == .tooOld)
    }

    @Test func `the window is 2,048 counters wide`() {
        var window = ReplayWindow()
        window.record(1)
        window.record(2048)
        #expect(window.verdict(on: 1) == .seen)
        #expect(window.verdict(on: 2) == .fresh)
        window.record(2049)
        #expect(window.verdict(on: 1) == .tooOld)
        #expect(window.verdict(on: 2) == .fresh)
    }

    @Test func `the largest counter shuts nobody else's arithmetic`() {
        var window = ReplayWindow()
        window.record(7)
        window.record(.max)
        #expect(window.verdict(on: .max) == .seen)
        #expect(window.verdict(on: .max - 2047) == .fresh)
        #expect(window.verdict(on: .max - 2048) == .tooOld)
        #expect(window.verdict(on: 7) == .tooOld)
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `it agrees with a set of everything seen`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        var (window, seen, highest) = (ReplayWindow(), Set<UInt64>(), UInt64(0))
        for _ in 0..<5_000 {
            let step = UInt64.random(in: 0...(Bool.random(using: &dice) ? 10 : 3_000), using: &dice)
            let isAhead = UInt8.random(in: 0..<4, using: &dice) == 0
            let counter = isAhead ? highest + step : highest - min(highest, step)
            let expected: ReplayWindow.Verdict =
                counter == 0 || counter + 2048 <= highest ? .tooOld : seen.contains(counter) ? .seen : .fresh
            #expect(window.verdict(on: counter) == expected, "seed \(seed), counter \(counter)")
            guard expected == .fresh else { continue }
            window.record(counter)
            seen.insert(counter)
            highest = max(highest, counter)
        }
    }
}
