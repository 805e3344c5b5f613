/// One thing that goes wrong, from `start` to `end`. Faults are drawn before a run begins and then only carried out, so
/// that a failing schedule can be printed, replayed and shortened.
package struct Fault: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        // Links.
        case loss(share: Double)
        /// Each link loses its own share, up to this one.
        case unevenLoss(upTo: Double)
        case deafness(host: Int, share: Double)
        case muteness(host: Int, share: Double)
        case bursts(LossChain.Shape)
        case duplication(share: Double)
        case reordering(share: Double, upTo: Span)
        case spikes(share: Double, factor: Double)
        case cut(Cut)
        case flapping(Cut, period: Span)
        /// Each host's links stop and come back one by one: swizzle-clogging, after FoundationDB.
        case swizzle([Clog])
        /// Datagrams above this many bytes vanish.
        case narrowPath(bytes: Int)
        /// A bit of the opened datagram is flipped.
        case bitFlips(share: Double)
        /// Streams pass and datagrams do not.
        case datagramsBlocked(hosts: [Int])
        case streamResets(share: Double)
        // Hosts.
        case pause(host: Int)
        case slowness(host: Int, perSecond: Int)
        case crash(host: Int, Return)
        case massRestart(within: Span, Return)
        /// Another cluster's member gets the address; the host comes back with a new one.
        case addressReuse(host: Int)
        case leave(host: Int)
        /// An operator has a host forget all it knows and ask for it anew.
        case resync(host: Int)
        case clockOffset(host: Int, by: Double)
        case clockDrift(host: Int, partsPerMillion: Double)
        case keyRotation(stepEvery: Span)
        // Services.
        case names(NameTrouble)
        case controlPlane(ControlPlaneTrouble)
        case computeCrash(endpoint: Int)
    }

    package struct Clog: Equatable, Sendable {
        package var host: Int
        package var start: Moment
        package var end: Moment

        package init(host: Int, start: Moment, end: Moment) {
            self.host = host
            self.start = start
            self.end = end
        }
    }

    /// How a crashed host comes back.
    package enum Return: Equatable, Sendable {
        case withNewID
        /// The dice of the process gave what they gave before.
        case withSameID
    }

    package enum NameTrouble: Equatable, Sendable { case stale, partial, empty, foreign }

    package enum ControlPlaneTrouble: Equatable, Sendable {
        case slow(Span)
        case errors(share: Double)
        case executesTwice(share: Double)
        case ignoresKeys
    }

    package var kind: Kind
    package var start: Moment
    package var end: Moment

    package init(_ kind: Kind, from start: Moment, to end: Moment) {
        self.kind = kind
        self.start = start
        self.end = end
    }

    package var description: String { "\(start)–\(end) \(kind)" }
}
