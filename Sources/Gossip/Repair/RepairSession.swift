/// One repair begun here: which step is under way, and with whom.
///
/// everything (a first sync only) → groups → buckets → entries → groups … until nothing differs.
struct RepairSession: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        case everything
        case groups
        case buckets
        /// - isComplete: whether the buckets were compared whole.
        case entries(isComplete: Bool)
    }

    let id: UInt64
    let peer: MemberID
    let process: ProcessID
    let kind: GossipStory.Repair
    var step: Step
    var stepCount = 1
    var taken = 0
    var given = 0

    init(id: UInt64, peer: MemberID, process: ProcessID, kind: GossipStory.Repair, step: Step) {
        self.id = id
        self.peer = peer
        self.process = process
        self.kind = kind
        self.step = step
    }
}
