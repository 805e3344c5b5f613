import EdgeProxy
import Gossip
import TestKit
import Testing
import Transport

struct AdmissionLedgerTests {
    private func limits(strangers: Int, sessions: Int) -> AdmissionLedger.Limits {
        var limits = AdmissionLedger.Limits()
        limits.strangers = strangers
        limits.sessions = sessions
        return limits
    }

    private func source(_ number: Int) -> SourceNetwork {
        SourceNetwork(IPAddress(family: .v4, number: UInt128(number)))
    }

    private func endpoint(_ number: Int) throws -> EndpointName {
        try #require(EndpointName("ep-\(number)"))
    }

    private func refusal(_ ledger: Held<AdmissionLedger>, _ body: (inout AdmissionLedger) throws -> Void)
        -> AdmissionRefusal?
    {
        do {
            try ledger(body)
            return nil
        } catch {
            return error as? AdmissionRefusal
        }
    }

    @Test func `one source alone may have all that is not kept for others, and they find what is`() {
        let ledger = Held(AdmissionLedger(limits(strangers: 100, sessions: 1_000)))
        for _ in 0..<100 { #expect(refusal(ledger) { try $0.enter(from: source(0)) } == nil) }
        #expect(refusal(ledger) { try $0.enter(from: source(0)) } == .sourceShare)
        for other in 1...25 { #expect(refusal(ledger) { try $0.enter(from: source(other)) } == nil) }
        #expect(refusal(ledger) { try $0.enter(from: source(99)) } == .strangers)
        #expect(ledger { $0.strangerCount } == 125)
    }

    @Test func `in the reserve nobody gets more than a share`() {
        let ledger = Held(AdmissionLedger(limits(strangers: 100, sessions: 1_000)))
        for _ in 0..<100 { #expect(refusal(ledger) { try $0.enter(from: source(0)) } == nil) }
        // Two sources: half the room would be its share, and the reserve is smaller.
        for _ in 0..<25 { #expect(refusal(ledger) { try $0.enter(from: source(1)) } == nil) }
        #expect(refusal(ledger) { try $0.enter(from: source(1)) } == .strangers)
        #expect(refusal(ledger) { $0.left(from: source(0), at: nil, asStranger: true) } == nil)
        #expect(refusal(ledger) { try $0.enter(from: source(0)) } == .sourceShare)
        #expect(refusal(ledger) { try $0.enter(from: source(2)) } == nil)
    }

    @Test func `an endpoint alone may have every session, and others find what is kept for them`() throws {
        let ledger = Held(AdmissionLedger(limits(strangers: 10, sessions: 80)))
        let (noisy, quiet) = (try endpoint(0), try endpoint(1))
        for number in 0..<80 {
            #expect(refusal(ledger) { try $0.enter(from: source(number)) } == nil)
            #expect(refusal(ledger) { try $0.named(noisy) } == nil)
            ledger { $0.proved(from: source(number), at: noisy) }
        }
        #expect(refusal(ledger) { try $0.enter(from: source(100)) } == nil)
        #expect(refusal(ledger) { try $0.named(noisy) } == .endpointShare)
        ledger { $0.left(from: source(100), at: nil, asStranger: true) }
        for number in 0..<10 {
            #expect(refusal(ledger) { try $0.enter(from: source(200 + number)) } == nil)
            #expect(refusal(ledger) { try $0.named(quiet) } == nil)
            ledger { $0.proved(from: source(200 + number), at: quiet) }
        }
        #expect(refusal(ledger) { try $0.enter(from: source(300)) } == .sessions)
    }

    @Test func `whoever a balancer brings is judged by where it really comes from`() {
        let ledger = Held(AdmissionLedger(limits(strangers: 8, sessions: 100)))
        let balancer = source(0)
        for _ in 0..<8 {
            #expect(refusal(ledger) { try $0.enter(from: balancer) } == nil)
            #expect(refusal(ledger) { try $0.moved(from: balancer, to: source(1)) } == nil)
        }
        #expect(refusal(ledger) { try $0.enter(from: balancer) } == nil)
        #expect(refusal(ledger) { try $0.moved(from: balancer, to: source(1)) } == .sourceShare)
        ledger { $0.left(from: balancer, at: nil, asStranger: true) }
        #expect(refusal(ledger) { try $0.enter(from: balancer) } == nil)
        #expect(refusal(ledger) { try $0.moved(from: balancer, to: source(2)) } == nil)
        #expect(refusal(ledger) { try $0.moved(from: source(2), to: source(2)) } == nil)
    }

    @Test func `what leaves is forgotten`() throws {
        let ledger = Held(AdmissionLedger(limits(strangers: 10, sessions: 10)))
        let demo = try endpoint(0)
        try ledger { try $0.enter(from: source(1)) }
        try ledger { try $0.enter(from: source(2)) }
        try ledger { try $0.named(demo) }
        ledger { $0.proved(from: source(2), at: demo) }
        ledger { $0.left(from: source(2), at: demo, asStranger: false) }
        ledger { $0.left(from: source(1), at: nil, asStranger: true) }
        #expect(ledger { ($0.sessionCount, $0.strangerCount, $0.keyCount) } == (0, 0, 0))
    }

    // MARK: - One that floods

    /// Who came, and how far it got.
    private struct Client {
        var source: SourceNetwork
        var endpoint: EndpointName
        var isNamed = false
        var isProven = false
    }

    /// 10,000 clients of one endpoint come and stay, from few or from many places, knowing its password or not; between
    /// them a hundred others come once each, at any time.
    @Test(arguments: [1, 2, 3, 4, 5], [1, 7, 10_000])
    func `one endpoint floods, and a hundred others still get in`(seed: UInt64, sources: Int) throws {
        var dice = SeededDice(seed: seed)
        let ledger = Held(AdmissionLedger(limits(strangers: 200, sessions: 1_000)))
        let noisy = try endpoint(0)
        var staying: [Client] = []
        var refused = 0
        var arrivals = [Int](repeating: 0, count: 10_000) + Array(1...100)
        arrivals.shuffle(using: &dice)
        for who in arrivals {
            let origin = who == 0 ? source(Int.random(in: 0..<sources, using: &dice)) : source(1_000_000 + who)
            var client = Client(source: origin, endpoint: who == 0 ? noisy : try endpoint(who))
            if let refusal = refusal(ledger, { try $0.enter(from: client.source) }) {
                #expect(who == 0, "\(who) was refused on arrival: \(refusal)")
                refused += 1
                continue
            }
            if let refusal = refusal(ledger, { try $0.named(client.endpoint) }) {
                #expect(who == 0, "\(who) was refused by name: \(refusal)")
                refused += 1
                ledger { $0.left(from: client.source, at: nil, asStranger: true) }
                continue
            }
            client.isNamed = true
            // The others prove who they are; of those who flood, some do.
            if who != 0 || Int.random(in: 0..<4, using: &dice) == 0 {
                ledger { $0.proved(from: client.source, at: client.endpoint) }
                client.isProven = true
            }
            staying.append(client)
        }
        #expect(refused > 8_000)
        #expect(staying.count { $0.endpoint != noisy } == 100)
        let limits = ledger { $0.limits }
        #expect(ledger { $0.sessionCount } <= limits.sessions + limits.sessionReserve)
        #expect(ledger { $0.strangerCount } <= limits.strangers + limits.strangerReserve)
        for client in staying {
            ledger { $0.left(from: client.source, at: client.endpoint, asStranger: !client.isProven) }
        }
        #expect(ledger { ($0.sessionCount, $0.strangerCount, $0.keyCount) } == (0, 0, 0))
    }
}
