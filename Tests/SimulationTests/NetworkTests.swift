internal import FleetSimulation
internal import Testing

@Suite struct NetworkTests {
    private func network(_ kinds: Fault.Kind...) -> Network {
        var network = Network(profile: LinkProfile(), seed: 1)
        for (number, kind) in kinds.enumerated() {
            network.begin(Fault(kind, from: .zero, to: .zero + .seconds(60)), number: number)
        }
        return network
    }

    private func arrivals(in network: inout Network, from sender: Int, to receiver: Int, bytes: Int = 100) -> Int {
        (0..<1_000).count { _ in
            network.fate(from: sender, to: receiver, bytes: bytes, at: .zero + .seconds(1)).delay != nil
        }
    }

    @Test func `delays have the median and the tail of the profile`() {
        var network = network()
        var delays = Distribution()
        for _ in 0..<20_000 {
            if let delay = network.fate(from: 0, to: 1, bytes: 100, at: .zero).delay { delays.record(delay) }
        }
        let found = delays.percentiles([0.5, 0.99])
        #expect(found[0] > .microseconds(480) && found[0] < .microseconds(520))
        #expect(found[1] > .microseconds(1_800) && found[1] < .microseconds(2_300))
    }

    @Test func `a cut stops datagrams and streams between its sides and nothing else`() {
        var network = network(.cut(Cut(.groups, places: [0, 0, 1])))
        #expect(arrivals(in: &network, from: 0, to: 2) == 0)
        #expect(arrivals(in: &network, from: 0, to: 1) == 1_000)
        #expect(network.streamDelay(from: 2, to: 1, at: .zero) == nil)
        network.end(0)
        #expect(arrivals(in: &network, from: 0, to: 2) == 1_000)
    }

    @Test func `a one-way cut stops one direction, and every stream`() {
        var network = network(.cut(Cut(.oneWay, places: [0, 1, 1])))
        #expect(arrivals(in: &network, from: 0, to: 1) == 0)
        #expect(arrivals(in: &network, from: 1, to: 0) == 1_000)
        #expect(network.streamDelay(from: 1, to: 0, at: .zero) == nil)
    }

    @Test func `on a ring neighbours hear each other and others do not`() {
        let ring = Cut(.ring(reach: 1), places: [0, 1, 2, 3])
        #expect(!ring.blocks(from: 0, to: 1) && !ring.blocks(from: 1, to: 2) && !ring.blocks(from: 3, to: 0))
        #expect(ring.blocks(from: 0, to: 2) && ring.blocks(from: 3, to: 1))
    }

    @Test func `a narrow path loses only what is too large`() {
        var network = network(.narrowPath(bytes: 500))
        #expect(arrivals(in: &network, from: 0, to: 1, bytes: 500) == 1_000)
        #expect(arrivals(in: &network, from: 0, to: 1, bytes: 501) == 0)
    }

    @Test func `blocked datagrams leave streams alone`() {
        var network = network(.datagramsBlocked(hosts: [1]))
        #expect(arrivals(in: &network, from: 0, to: 1) == 0)
        #expect(network.streamDelay(from: 0, to: 1, at: .zero) != nil)
    }

    @Test func `losses in bursts come close together`() {
        var network = network(.bursts(LossChain.Shape(meanGood: .seconds(1), meanBad: .seconds(1), loss: 1)))
        var (losses, changes, last) = (0, 0, false)
        for step in 0..<20_000 {
            let moment = Moment.zero + Span.milliseconds(10) * Double(step)
            let isLost = network.fate(from: 0, to: 1, bytes: 100, at: moment).delay == nil
            losses += isLost ? 1 : 0
            changes += isLost == last ? 0 : 1
            last = isLost
        }
        #expect(losses > 7_000 && losses < 13_000)
        #expect(changes < 500)
    }
}
