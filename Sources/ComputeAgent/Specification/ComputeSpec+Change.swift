extension ComputeSpec {
    /// What a compute has of its first spec it keeps: whose data it holds, and where that lives. With another timeline it
    /// would, in the end, hold an election among that one's safekeepers, and cut off whoever writes there.
    ///
    /// Of those with remote storage a replica may become the primary, and nothing else; what an attached Postgres is,
    /// somebody else decides.
    /// - Throws: `SpecFailure` for the first field that says otherwise.
    package func refuseOther(_ next: ComputeSpec) throws(SpecFailure) {
        let isPromotion = mode == .replica && next.mode == .primary
        let fields: [(name: String, isKept: Bool)] = [
            ("storage_mode", next.storageMode == storageMode), ("tenant_id", next.tenantID == tenantID),
            ("timeline_id", next.timelineID == timelineID),
            ("mode", next.mode == mode || isPromotion || storageMode != .pageserver),
        ]
        if let changed = fields.first(where: { !$0.isKept }) {
            throw SpecFailure(at: "spec.\(changed.name)", "is not what this compute was started as")
        }
    }
}
