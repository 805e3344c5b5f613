/// Every knob of one member's gossip. Durations are of the local monotonic clock.
package struct GossipConfiguration: Sendable {
    // MARK: Datagrams

    /// The largest datagram, sealed, without IP and UDP headers. 1,200 B passes IPv6's minimum, WireGuard and VXLAN;
    /// above that a lost fragment loses all. 576 to 9,000.
    package var datagramBudget = 1200
    /// What sealing adds to a plaintext.
    package var sealOverhead = 42
    /// Secret of the fleet, 16 bytes, for the keyed hashes: without it an insider could craft collisions that repair
    /// never finds. The shell derives it from the cluster key and the cluster id. Equal at every member.
    package var hashKey = [UInt8](repeating: 0, count: 16)

    // MARK: Detection (facts/gossip.md §1.6)

    /// Time between two probes of one member. 100 ms to 60 s; half of it doubles the idle traffic.
    package var probeInterval: Duration = .milliseconds(500)
    /// Bounds of the wait for a direct answer; between them three times the slowest of the last 32 round trips.
    package var probeTimeoutMinimum: Duration = .milliseconds(50)
    package var probeTimeoutMaximum: Duration = .milliseconds(200)
    /// From the start of a probe to its verdict, at least. Late answers count until then. At most 9/10 of the interval.
    package var verdictMinimum: Duration = .milliseconds(300)
    /// Members asked to probe in my place (SWIM's k). 0 to 16.
    package var indirectProbes = 3
    /// Lifeguard's alpha: the shortest suspicion is this many probe intervals times max(1, log10 N).
    package var suspicionMultiplier = 4.0
    /// Lifeguard's beta: the longest suspicion is this many times the shortest.
    package var suspicionMaximumFactor = 6.0
    /// Independent confirmations that bring a suspicion down to its shortest; 0 is used while fewer than this many
    /// others could confirm.
    package var suspicionConfirmations = 2
    /// Lifeguard's S: the worst local health. Each point stretches intervals and timeouts by one more of themselves.
    package var localHealthMaximum = 8

    // MARK: Members

    /// Members known at once, dead ones included. Cards beyond it are refused and counted.
    package var memberLimit = 20_000
    /// How long a dead or departed member is remembered, so that old news cannot bring it back, and retried.
    package var tombstoneLifetime: Duration = .seconds(24 * 3600)
    /// Time between two attempts to reach one of the dead: how two halves of a cut fleet find back together.
    package var deadRetryInterval: Duration = .seconds(10)
    /// Waits between first contacts while none is answered.
    package var contactRetryMinimum: Duration = .milliseconds(200)
    package var contactRetryMaximum: Duration = .seconds(5)
    /// Addresses contacted at a time, and remembered at most.
    package var contactsAtOnce = 3
    package var contactLimit = 1024
    /// How long a departed member goes on answering, so that nobody suspects it before the leave has spread.
    package var leaveLinger: Duration = .seconds(1)

    // MARK: Plausibility (facts/gossip.md §5)

    /// How far hearsay may raise a known incarnation. More must come from the member itself over a stream.
    package var incarnationLeadLimit: UInt64 = 1000
    /// How far ahead of the local wall clock a start epoch may be when told by others.
    package var epochLeadLimit: Duration = .seconds(300)
    /// Older messages are dropped.
    package var ageLimit: Duration = .seconds(60)

    // MARK: Spread (facts/gossip.md §2)

    /// Members a piece of news is sent to at once, up to and above 1,000 members; 2 more while more than 5 % of my
    /// probes are lost.
    package var fanout = 6
    package var fanoutOfLargeFleet = 8
    /// Up to so many others a member tells all of them at once what it publishes, and they only announce it: in a small
    /// fleet that costs a fraction of the datagrams and one hop. Not while more than 5 % of my probes are lost. 0 to 64.
    package var directLimit = 32
    /// When its id is announced, counted from first receipt, and to how many members each time.
    package var announceDelays: [Duration] = [.milliseconds(10), .milliseconds(30), .milliseconds(90)]
    package var announceFanout = 3
    /// Announcements due this close together go out together.
    package var announceWindow: Duration = .milliseconds(2)
    /// Time between two rounds of announcements while many are due.
    package var announceSpacing: Duration = .milliseconds(10)
    /// How long an announced id is waited for before it is pulled; at once when a second member announces it.
    package var pullDelay: Duration = .milliseconds(5)
    /// Datagrams of news a second, and at once. Beyond it news waits and shares datagrams.
    package var newsRate = 3000.0
    package var newsBurst = 192.0
    /// How long news may wait for the budget before it is only announced.
    package var newsDelayLimit: Duration = .milliseconds(40)
    /// News taken from one sender a second, and at once. Beyond it they are dropped and left to repair.
    package var senderRate = 8000.0
    package var senderBurst = 16_000.0
    /// Bytes and pieces of news kept for sending; beyond it the most-sent are dropped and left to repair.
    package var spreadByteLimit = 1 << 20
    package var spreadCountLimit = 8192
    /// How long news can be pulled.
    package var spreadLifetime: Duration = .milliseconds(1000)
    /// Ids remembered as known, and pulls under way.
    package var recentIDLimit = 8192
    package var pullLimit = 2048

    // MARK: State and repair (facts/gossip.md §3)

    /// Facts kept whole; beyond it the oldest shrink to floors.
    package var factLimit = 65_536
    /// Floors kept; beyond it the oldest are forgotten.
    package var floorLimit = 262_144
    /// Changes younger than this are not in the root, so that news on its way is no difference.
    package var settleDelay: Duration = .milliseconds(500)
    /// A difference is acted on when nothing has changed for so long, or when nobody has agreed for `repairSpacing`.
    package var mismatchDelay: Duration = .milliseconds(300)
    /// Time between two repairs begun here.
    package var repairSpacing: Duration = .seconds(1)
    /// When an unanswered step of a repair is given up.
    package var repairTimeout: Duration = .seconds(10)
    /// Bytes of one answer or question, and steps of one repair.
    package var repairByteLimit = 256 * 1024
    package var repairStepLimit = 256

    package init() {}

    /// The first field that is out of its range, and why.
    package struct Invalid: Error, Equatable {
        package var field: String
        package var reason: String
    }

    package func validated() throws(Invalid) -> GossipConfiguration {
        let checks: [(Bool, String, String)] = [
            ((576...9000).contains(datagramBudget), "datagramBudget", "576 to 9000 bytes"),
            ((0...128).contains(sealOverhead), "sealOverhead", "0 to 128 bytes"),
            (hashKey.count == 16, "hashKey", "16 bytes"),
            ((.milliseconds(100) ... .seconds(60)) ~= probeInterval, "probeInterval", "100 ms to 60 s"),
            (probeTimeoutMinimum > .zero, "probeTimeoutMinimum", "above zero"),
            (probeTimeoutMaximum >= probeTimeoutMinimum, "probeTimeoutMaximum", "not below the minimum"),
            (probeTimeoutMaximum < probeInterval, "probeTimeoutMaximum", "below the probe interval"),
            ((0...16).contains(indirectProbes), "indirectProbes", "0 to 16"),
            (suspicionMultiplier >= 1, "suspicionMultiplier", "at least 1"),
            (suspicionMaximumFactor >= 1, "suspicionMaximumFactor", "at least 1"),
            ((0...64).contains(localHealthMaximum), "localHealthMaximum", "0 to 64"),
            ((1...32).contains(fanout), "fanout", "1 to 32"),
            ((1...32).contains(fanoutOfLargeFleet), "fanoutOfLargeFleet", "1 to 32"),
            ((0...64).contains(directLimit), "directLimit", "0 to 64"),
            (announceDelays.count <= 8, "announceDelays", "at most 8"),
            (memberLimit >= 1, "memberLimit", "at least 1"),
            (repairByteLimit >= 16 * 1024, "repairByteLimit", "at least 16 KiB"),
        ]
        for (isGood, field, reason) in checks where !isGood { throw Invalid(field: field, reason: reason) }
        return self
    }

    /// The largest plaintext.
    var plaintextBudget: Int { max(256, datagramBudget - sealOverhead) }
}
