/// Well formed is not yet believed (facts/gossip.md §5).
extension GossipNode {
    mutating func isPlausible(
        _ incarnation: UInt64, of name: MemberID, known: UInt64, via source: Source
    ) -> Bool {
        guard source != .stream, source != .myself, incarnation > known,
            incarnation - known > configuration.incarnationLeadLimit
        else { return true }
        implausible(.incarnation(of: name, told: incarnation, known: known), via: source)
        return false
    }

    func isPlausible(epoch: UInt64) -> Bool {
        let elapsed = UInt64(clamping: startedAt.duration(to: now).wholeMilliseconds)
        let lead = UInt64(clamping: configuration.epochLeadLimit.wholeMilliseconds)
        let limit = startEpoch.addingReportingOverflow(elapsed &+ lead)
        return limit.overflow || epoch <= limit.partialValue
    }

    mutating func implausible(_ what: Implausible, via source: Source) {
        count.implausible += 1
        tell(.implausible(what, from: source.process.flatMap { name(of: $0) }))
    }

    mutating func noticeSolitude() {
        guard isAlone != wasAlone else { return }
        wasAlone = isAlone
        if !isAlone { lastAgreement = now }
        tell(isAlone ? .alone : .notAlone)
    }
}
