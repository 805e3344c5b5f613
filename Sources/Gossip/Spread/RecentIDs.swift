/// The ids heard of late, so that a copy costs one look-up. Forgets the oldest; then versions decide.
struct RecentIDs: Sendable {
    private let limit: Int
    private var known: Set<UInt64> = []
    private var order = Fifo<UInt64>()

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    func contains(_ id: UInt64) -> Bool { known.contains(id) }

    mutating func insert(_ id: UInt64) {
        guard known.insert(id).inserted else { return }
        order.append(id)
        if order.count > limit, let oldest = order.popFirst() { known.remove(oldest) }
    }
}
