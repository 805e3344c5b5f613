import EdgeProxy
import Testing
import Transport

struct AttemptLimitTests {
    private let start = ContinuousClock.now

    private func rate(_ perSecond: Double, _ burst: Double) throws -> AttemptRate {
        try #require(AttemptRate(perSecond: perSecond, burst: burst))
    }

    @Test(arguments: [(1.0, 1.0), (200, 500), (0.5, 3), (1000, 1), (3, 7)])
    func `so many at once, and so many a second after that`(perSecond: Double, burst: Double) throws {
        let rate = try rate(perSecond, burst)
        let bucket = Held(LeakyBucket(at: start))
        for _ in 0..<Int(burst) { #expect(bucket { $0.take(at: start, rate) } == nil) }
        let wait = try #require(bucket { $0.take(at: start, rate) })
        #expect(abs(wait / .seconds(1) - 1 / perSecond) < 1e-6)
        // Asking in vain does not put it off, and a moment before is too early.
        #expect(bucket { $0.take(at: start + wait * 0.9, rate) } != nil)
        #expect(bucket { $0.take(at: start + wait, rate) } == nil)
        #expect(bucket { $0.take(at: start + wait, rate) } != nil)
        // After a long time there is one burst, not two.
        let later = start + .seconds(100_000)
        for _ in 0..<Int(burst) { #expect(bucket { $0.take(at: later, rate) } == nil) }
        #expect(bucket { $0.take(at: later, rate) } != nil)
    }

    @Test func `over a long time no more than the rate get through`() throws {
        let rate = try rate(10, 20)
        let bucket = Held(LeakyBucket(at: start))
        var passed = 0
        for millisecond in 0..<60_000 where bucket({ $0.take(at: start + .milliseconds(millisecond), rate) }) == nil {
            passed += 1
        }
        #expect((615...621).contains(passed), "600 in a minute and a burst of 20: \(passed)")
    }

    @Test func `keys do not share, and only so many are remembered`() throws {
        let rate = try rate(1, 1)
        let meter = Held(AttemptMeter<Int>(keyLimit: 100))
        for key in 0..<10_000 { #expect(meter { $0.take(key, rate, now: start) } == nil) }
        #expect(meter { $0.count } == 100)
        #expect(meter { $0.take(9_999, rate, now: start) } != nil)
        #expect(meter { $0.take(0, rate, now: start) } == nil, "forgotten, so it begins anew")
    }

    @Test func `somebody's own rate goes before, and without any there is no limit`() throws {
        let strict = AttemptLimiter<String>(try rate(0.001, 1))
        #expect(strict.take("a") == nil)
        #expect(strict.take("a") != nil)
        for _ in 0..<5 { #expect(strict.take("b", own: try rate(0.001, 5)) == nil) }
        #expect(strict.take("b", own: try rate(0.001, 5)) != nil)
        let open = AttemptLimiter<String>(nil)
        for _ in 0..<1_000 { #expect(open.take("a") == nil) }
        #expect(open.take("c", own: try rate(0.001, 1)) == nil)
        #expect(open.take("c", own: try rate(0.001, 1)) != nil)
    }

    @Test(arguments: [
        (["500@1s,300@1m,200@10m"], 200.0, 500.0), (["500@1s", "300@1m", "200@10m"], 200, 500), (["7@1s"], 7, 7),
        (["1@1h", "3@500ms"], 1, 3),
    ])
    func `Neon's spelling is understood`(texts: [String], perSecond: Double, burst: Double) throws {
        #expect(try AttemptRate.parse(texts) == AttemptRate(perSecond: perSecond, burst: burst))
    }

    @Test func `off is no limit`() throws {
        #expect(try AttemptRate.parse(["off"]) == nil)
    }

    @Test(arguments: [
        [""], [], ["5"], ["5@"], ["@1s"], ["0@1s"], ["5@0s"], ["5@1d"], ["-5@1s"], ["5@1s,"], ["5@1s", "off"],
        ["5@1s@1s"], ["99999999999@1s"], ["1.5@1s"],
    ])
    func `everything else is refused`(texts: [String]) {
        #expect(throws: KeyValueText.Malformed.self) { try AttemptRate.parse(texts) }
    }

    @Test func `a rate that would let nobody in is none`() {
        for (perSecond, burst) in [(0, 1), (-1, 1), (1, 0.5), (.nan, 1), (.infinity, 1), (1, .nan)] {
            #expect(AttemptRate(perSecond: perSecond, burst: burst) == nil)
        }
    }

    @Test func `a source is an IPv4 address, or an IPv6 network of 64 bits`() {
        func network(_ text: String) -> SourceNetwork { SourceNetwork(IPAddress(text)) }
        #expect(network("192.0.2.1") == network("::ffff:192.0.2.1"))
        #expect(network("192.0.2.1") != network("192.0.2.2"))
        #expect(network("2001:db8::1") == network("2001:db8::ffff:1"))
        #expect(network("2001:db8::1") != network("2001:db8:0:1::1"))
        #expect(network("0.0.0.0") != network("::"))
        #expect(SourceNetwork(nil) != network("0.0.0.0"))
    }
}
