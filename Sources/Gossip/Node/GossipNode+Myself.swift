/// What others say of me, and what I say of myself.
extension GossipNode {
    /// Somebody thinks less of me than I do. Whoever leaves does not object.
    mutating func accused(_ health: MemberHealth, incarnation: UInt64, by accuser: ProcessID) {
        guard departure == .none else { return }
        let limit = card.incarnation.addingReportingOverflow(configuration.incarnationLeadLimit)
        guard limit.overflow || incarnation <= limit.partialValue else {
            implausible(
                .incarnation(of: card.name, told: incarnation, known: card.incarnation), via: .datagram(sender: accuser)
            )
            return
        }
        // Refuted already; whoever brought it is told so.
        guard incarnation >= card.incarnation else { return }
        count.refutations += 1
        changeHealth { $0.change(by: 1) }
        raiseIncarnation(above: incarnation)
        tell(.refuted(incarnation: card.incarnation, accuser: name(of: accuser), of: health))
    }

    /// A card of mine that I did not write, or not lately.
    mutating func heardOfMyself(_ told: MemberCard, via source: Source) {
        guard departure == .none, told.incarnation >= card.incarnation, told != card else { return }
        guard isPlausible(told.incarnation, of: card.name, known: card.incarnation, via: source) else { return }
        count.refutations += 1
        raiseIncarnation(above: told.incarnation)
        tell(.refuted(incarnation: card.incarnation, accuser: nil, of: .alive))
    }

    mutating func heardOfNamesake(_ told: MemberCard) {
        guard told.isLater(than: card), toldNameTaken != told.process else { return }
        toldNameTaken = told.process
        tell(.nameTaken(by: told.process, address: told.address))
    }

    mutating func heardOfPredecessor(epoch: UInt64) {
        guard epoch >= card.epoch, epoch < UInt64.max - 1 else { return }
        let old = card
        card.epoch = epoch + 1
        tell(.epochRaised(to: card.epoch))
        renewMyself(from: old, above: card.incarnation)
    }

    /// I have something new to say of myself; only I may.
    mutating func changeMyself(_ change: (inout MemberCard) -> Void) {
        let old = card
        change(&card)
        guard card != old else { return }
        renewMyself(from: old, above: old.incarnation)
    }

    mutating func raiseIncarnation(above incarnation: UInt64) { renewMyself(from: card, above: incarnation) }

    private mutating func renewMyself(from old: MemberCard, above incarnation: UInt64) {
        let next = max(old.incarnation, incarnation).addingReportingOverflow(1)
        card.incarnation = next.overflow ? .max : next.partialValue
        guard let slot = table.slot(of: card.process) else { return }
        digest.change(
            key: hash.memberKey(card.process), from: hash.memberState(card.process, old.incarnation),
            to: hash.memberState(card.process, card.incarnation), settlingAt: now + configuration.settleDelay)
        table.update(slot, with: card, at: now)
        hasMembersChanged = true
        enqueue(.alive(card), age: 0, source: nil)
    }
}
