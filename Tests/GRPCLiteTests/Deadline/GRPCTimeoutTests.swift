import Testing

@testable import GRPCLite

@Suite struct GRPCTimeoutTests {
    @Test(arguments: [
        (Duration.nanoseconds(1), "1n"), (.milliseconds(50), "50000000n"), (.milliseconds(100), "100000u"),
        (.seconds(30), "30000000u"), (.seconds(100), "100000m"), (.seconds(100_000), "100000S"),
        (.seconds(99_999_999), "99999999S"), (.seconds(100_000_000), "1666667M"),
    ])
    func `uses the finest unit that fits and rounds up`(timeout: Duration, text: String) {
        let encoded = GRPCTimeout.encode(timeout)
        #expect(GRPCTimeout.decode(encoded).map { $0 >= timeout } == true)
        #expect(encoded.count <= 9)
        #expect(encoded == text)
    }

    @Test(arguments: [
        ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
        ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("99999999H", .seconds(359_999_996_400)), ("0S", .zero),
    ])
    func `reads every unit`(text: String, timeout: Duration) {
        #expect(GRPCTimeout.decode(text) == timeout)
    }

    @Test(arguments: ["", "S", "1", "1s", "1.5S", "-1S", "123456789S", "1 S", "+1S", "١S"])
    func `refuses what is malformed`(text: String) {
        #expect(GRPCTimeout.decode(text) == nil)
    }
}
