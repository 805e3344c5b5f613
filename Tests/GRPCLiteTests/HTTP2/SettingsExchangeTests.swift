import Testing

@testable import GRPCLite

/// Every event in every state.
@Suite struct SettingsExchangeTests {
    @Test func `it is done with the second half, whichever that is, and once`() {
        for receivedFirst in [true, false] {
            var exchange = SettingsExchange()
            let halves: [(inout SettingsExchange) -> Bool] = [{ $0.received() }, { $0.acknowledged() }]
            let (first, second) = receivedFirst ? (halves[0], halves[1]) : (halves[1], halves[0])
            #expect(!first(&exchange))
            #expect(!first(&exchange))
            #expect(exchange.isReceived == receivedFirst)
            #expect(second(&exchange))
            #expect(exchange.isDone)
            #expect(!first(&exchange))
            #expect(!second(&exchange))
        }
    }

    @Test func `a peer that never acknowledges is dropped`() throws {
        let silent = try HostilePeer(acknowledges: false)
        #expect(silent.timers[.settingsDue] != nil)
        silent.fire(.settingsDue)
        #expect(silent.server.isFinished)
        #expect(silent.offences[.noSettings] == 1)
        #expect(try HostilePeer().timers[.settingsDue] == nil)
    }
}
