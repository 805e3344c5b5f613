/// Losses that come in bursts: a link is in a good or a bad state, and changes between them at random (E. N. Gilbert,
/// “Capacity of a burst-noise channel”, 1960).
package struct LossChain: Sendable {
    package struct Shape: Equatable, Sendable {
        package var meanGood: Span
        package var meanBad: Span
        /// Share lost while bad.
        package var loss: Double

        package init(meanGood: Span, meanBad: Span, loss: Double) {
            self.meanGood = meanGood
            self.meanBad = meanBad
            self.loss = loss
        }
    }

    private var isBad = false
    private var changesAt: Moment = .zero

    package init() {}

    package mutating func loses(at now: Moment, _ shape: Shape, dice: inout Dice) -> Bool {
        if changesAt <= now {
            // Long silent: start anew rather than replay what nobody saw.
            if now - changesAt > shape.meanGood { isBad = dice.chance(0.5) }
            isBad.toggle()
            changesAt = now + dice.exponential(mean: isBad ? shape.meanBad : shape.meanGood)
        }
        return isBad && dice.chance(shape.loss)
    }
}
