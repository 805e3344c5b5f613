internal import Gossip
internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What happens here, a JSON object per line on standard output, each with `t`: nanoseconds of `CLOCK_MONOTONIC`, which
/// all processes of a machine share.
///
/// Names are those of members and endpoints, which hold nothing that JSON would escape.
struct EventLines {
    private var text = ""
    private let time: UInt64

    init() {
        time = NIODeadline.now().uptimeNanoseconds
    }

    /// Gives one line to whoever reads.
    static func write(_ body: String) {
        var lines = EventLines()
        lines.add(body)
        lines.write()
    }

    mutating func add(_ body: String) {
        text += "{\"t\":\(time),\(body)}\n"
    }

    mutating func add(_ action: GossipNode.Action) {
        switch action {
        case .learned(.endpoint(let fact)):
            add("\"learned\":\"\(fact.endpoint)\",\"version\":\(fact.version.generation)")
        case .tell(let story): add(story)
        case .left: add("\"event\":\"left\"")
        case .learned(.secrets), .send, .pingOverStream, .repair, .membersChanged: break
        }
    }

    private mutating func add(_ story: GossipStory) {
        switch story {
        case .memberJoined(let card): add("alive", card.name)
        case .memberReplaced(let member, _, _), .memberReturned(let member, _): add("alive", member)
        case .memberSuspected(let member, _, _, _): add("suspect", member)
        case .memberRefuted(let member, _): add("refuted", member)
        case .memberDied(let member, _, _): add("dead", member)
        case .memberLeft(let member): add("left", member)
        case .paused(let duration): add("\"event\":\"paused\",\"milliseconds\":\(duration / .milliseconds(1))")
        case .repairCompleted(let member, let taken, let given):
            add("\"event\":\"repaired\",\"with\":\"\(member)\",\"taken\":\(taken),\"given\":\(given)")
        case .repairFailed(let member): add("\"event\":\"repair failed\",\"with\":\"\(member)\"")
        case .memberUpdated, .probeUnanswered, .probeFailed, .suspicionConfirmed, .memberForgotten,
            .reachedByStreamOnly, .refuted, .nameTaken, .epochRaised, .localHealthChanged, .implausible, .malformed,
            .repairBegan, .resynced, .alone, .notAlone, .drainBegan, .leaveBegan:
            break
        }
    }

    private mutating func add(_ health: String, _ member: MemberID) {
        add("\"health\":\"\(health)\",\"member\":\"\(member)\"")
    }

    /// All lines in one call; blocks until they are taken.
    consuming func write() {
        var text = text
        text.withUTF8 { bytes in
            var bytes = UnsafeRawBufferPointer(bytes)
            while !bytes.isEmpty {
                let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
            }
        }
    }
}
