/// How the network is when nothing is wrong with it.
package struct LinkProfile: Equatable, Sendable {
    /// One-way delay between hosts of one zone. 0.5 ms with ``sigma`` 0.6 has its 99th percentile at 2 ms.
    package var median: Span = .microseconds(500)
    package var sigma = 0.6
    /// Share of datagrams lost on every link, 0...1. Streams pay for it with retransmissions.
    package var loss = 0.0
    /// Hosts are dealt to the zones in turn; one zone for a LAN.
    package var zones = 1
    /// One-way delay between hosts of different zones.
    package var betweenZones: Span = .milliseconds(1)

    package init() {}

    package func median(from sender: Int, to receiver: Int) -> Span {
        zones > 1 && sender % zones != receiver % zones ? betweenZones : median
    }

    /// A LAN mostly, sometimes a few zones up to 30 ms apart, sometimes with loss.
    package static func draw(dice: inout Dice) -> LinkProfile {
        var profile = LinkProfile()
        if dice.chance(0.3) {
            profile.zones = 2 + dice.index(below: 2)
            profile.betweenZones = dice.pick([.milliseconds(1), .milliseconds(5), .milliseconds(30)]) ?? .zero
        }
        if dice.chance(0.4) { profile.loss = dice.logUniform(0.001, 0.1) }
        return profile
    }
}
