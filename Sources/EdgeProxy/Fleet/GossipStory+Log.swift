internal import Gossip
internal import Logging
internal import Transport

// One log line per thing that happened, so that the log tells a failure in order.

extension Logger {
    func log(_ story: GossipStory) {
        let line = story.line
        log(level: line.level, "gossip: \(line.message)", metadata: line.metadata)
    }

    func log(_ event: GossipSocketEvent) {
        let level: Level =
            switch event {
            case .listening, .keysChanged: .info
            case .refused, .unsendable, .otherFamily, .sendBufferFull, .slowStep: .warning
            case .keysRefused, .socketLost: .error
            }
        log(level: level, "gossip: \(event)")
    }
}

extension GossipStory {
    fileprivate struct Line {
        var level: Logger.Level
        var message: String
        var metadata: Logger.Metadata = [:]

        init(_ level: Logger.Level, _ message: String, _ metadata: KeyValuePairs<String, Any?> = [:]) {
            self.level = level
            self.message = message
            for (key, value) in metadata {
                if let value { self.metadata[key] = "\(value)" }
            }
        }
    }

    fileprivate var line: Line { memberLine ?? ownLine ?? repairLine }

    private var memberLine: Line? {
        switch self {
        case .memberJoined(let card):
            Line(.info, "a member joined", ["member": card.name, "address": card.address, "grpc": card.grpc])
        case .memberReplaced(let member, let old, let new):
            Line(.info, "a member was started anew", ["member": member, "old": old, "new": new])
        case .memberUpdated(let card):
            Line(.debug, "a member changed", ["member": card.name, "draining": card.isDraining])
        case .probeUnanswered(let member): Line(.debug, "a probe was not answered in time", ["member": member])
        case .probeFailed(let member, let nacks, let helpers):
            Line(.info, "a probe failed", ["member": member, "helpers": helpers, "nacks": nacks])
        case .memberSuspected(let member, let incarnation, let accuser, let limit):
            Line(
                .warning, "a member is suspected",
                ["member": member, "incarnation": incarnation, "by": accuser, "dead_in": limit])
        case .suspicionConfirmed(let member, let confirmer, let confirmations, let limit):
            Line(
                .info, "a suspicion was confirmed",
                ["member": member, "by": confirmer, "confirmations": confirmations, "dead_in": limit])
        case .memberRefuted(let member, let incarnation):
            Line(.info, "a suspect lives", ["member": member, "incarnation": incarnation])
        case .memberDied(let member, let incarnation, let witness):
            Line(.warning, "a member is dead", ["member": member, "incarnation": incarnation, "by": witness])
        case .memberLeft(let member): Line(.info, "a member left", ["member": member])
        case .memberReturned(let member, let incarnation):
            Line(.warning, "a dead member is back", ["member": member, "incarnation": incarnation])
        case .memberForgotten(let member): Line(.debug, "a dead member is forgotten", ["member": member])
        case .reachedByStreamOnly(let member):
            Line(.error, "a member answers over TCP and not over UDP: look at the network", ["member": member])
        default: nil
        }
    }

    private var ownLine: Line? {
        switch self {
        case .refuted(let incarnation, let accuser, let accusation):
            Line(
                .warning, "others took this member for \(accusation); it said no",
                ["incarnation": incarnation, "by": accuser])
        case .nameTaken(let process, let address):
            Line(.critical, "another process has this member's name", ["process": process, "address": address])
        case .epochRaised(let epoch): Line(.info, "the clock went back since the last start", ["epoch": epoch])
        case .localHealthChanged(let score): Line(score > 2 ? .warning : .debug, "local health", ["score": score])
        case .paused(let duration): Line(.warning, "this process stood still", ["for": duration])
        case .implausible(let what, let source):
            Line(.warning, "implausible, not believed", ["what": what, "from": source])
        case .malformed(let what, let source):
            Line(.warning, "a sealed datagram that makes no sense", ["what": what, "from": source])
        case .alone: Line(.warning, "alone")
        case .notAlone: Line(.info, "not alone")
        case .drainBegan: Line(.info, "told the others of the drain")
        case .leaveBegan: Line(.info, "leaving")
        default: nil
        }
    }

    private var repairLine: Line {
        switch self {
        case .repairBegan(let member, let reason): Line(.debug, "repairing", ["with": member, "reason": reason])
        case .repairCompleted(let member, let taken, let given):
            Line(taken + given > 0 ? .info : .debug, "repaired", ["with": member, "taken": taken, "given": given])
        case .repairFailed(let member): Line(.info, "a repair failed", ["with": member])
        case .resynced: Line(.notice, "forgot all facts; fetching them anew")
        // The others are told above.
        default: Line(.debug, "\(self)")
        }
    }
}
