internal import Gossip
internal import Synchronization

/// Where the lifecycle and the watch settle whether an idle compute stops: the one asks, the other looks and proposes, and
/// the lifecycle has the last word.
final class IdleStopDesk: Sendable {
    /// The version at which the compute is to be stopped if it is idle, until the watch takes it up.
    private let question = Mutex<FactVersion?>(nil)
    private let questionCame = Signal()
    private let verdict = Mutex(Latch<Bool>())

    /// Fires at the next question. Take it before looking for one.
    var nextQuestion: Latch<Bool> { questionCame.next }

    func ask(at version: FactVersion) {
        question.withLock { $0 = version }
        questionCame.fire()
    }

    func takeQuestion() -> FactVersion? {
        question.withLock { $0.take() }
    }

    /// - Returns: whether the compute stops, once the lifecycle has said so.
    func expectVerdict() -> Latch<Bool> {
        let latch = Latch<Bool>()
        verdict.withLock { $0 = latch }
        return latch
    }

    func decide(_ stops: Bool) {
        verdict.withLock { $0 }.set(stops)
    }
}
