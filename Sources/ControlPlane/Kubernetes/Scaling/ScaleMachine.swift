/// Decides what one control plane does about one endpoint whose compute is a StatefulSet's pod. Others decide the same at
/// the same time, each on what it has seen: every write is guarded by the version that it was decided on, so that one of
/// them happens and the others look again. There is no leader, and nothing here outlives the process.
///
/// Three things may be wanted at once: somebody waits for the compute (`wakeWaits`), a generation is to sleep (`sleep`), and
/// the agent said something that the object does not say yet (`news`). `settle` compares them with the object, and makes at
/// most one write at a time. A wake goes first: a generation that was to sleep and was outrun by a wake sleeps by being
/// replaced.
package struct ScaleMachine: Sendable {
    package enum Input: Equatable, Sendable {
        /// The object as a watch shows it; `nil`: there is none any more.
        case observed(EndpointScale?)
        /// The object as it is said to be now, as in a list.
        case listed(EndpointScale)
        /// - Parameter seen: the newest generation that the asker has tried, 0 for none.
        case wakeRequested(seen: UInt64)
        /// The last of those who waited for a wake has gone away.
        case nobodyWaits
        case agentSaid(ComputeNews)
        case suspendAsked
        case written(EndpointScale)
        case writeFailed(ClusterFailure)
        /// The object as it is now, read because a write had not happened or nobody knows whether it did.
        case read(EndpointScale)
        case readFailed(ClusterFailure)
        case timerFired(Timer)
    }

    package enum Timer: Hashable, Sendable {
        /// What could not be written or read is tried again.
        case retry
        /// A compute that is awake and does not run has had its time.
        case overdue
        /// Wakes after a failed start may start another one.
        case backOff
    }

    package enum Action: Equatable, Sendable {
        case write(ScaleChange)
        case read
        case answerWakes(Result<ComputeLocation, WakeFailure>)
        case answerSuspends
        /// Replaces a timer of the same name.
        case arm(Timer, Pause)
        case disarm(Timer)
        case tell(ClusterEvent.Story)
    }

    package struct Limits: Equatable, Sendable {
        /// From a wake to “accepts connections”: a node may have to be made first.
        package var start: Duration = .seconds(300)
        /// From “is about to stop” to “has stopped”.
        package var stop: Duration = .seconds(90)
        package var firstBackOff: Duration = .seconds(1)
        package var longestBackOff: Duration = .seconds(30)

        package init() {}
    }

    private enum Work: Equatable, Sendable {
        case none
        case writing(ScaleChange, isFailure: Bool)
        /// - Parameter known: the version that we had when it was asked for.
        case reading(known: String?, Refused?)
        case pausing
    }

    /// A write that was a conflict, and under which version.
    private struct Refused: Equatable, Sendable {
        var version: String
        var why: ClusterFailure
    }

    private struct Sleep: Equatable, Sendable {
        var generation: UInt64
        var why: String
        /// It never ran, and that is to be told as such.
        var isFailure = false
    }

    /// The newest that has been seen.
    package private(set) var scale: EndpointScale?
    private var work = Work.none
    /// A list showed an older one. That list may have been slow, or the cluster was restored from a backup: one read says.
    private var isDoubted = false
    private var wakeWaits = false
    private var suspendWaits = false
    private var newestSeen: UInt64 = 0
    private var sleep: Sleep?
    private var news: ComputeNews?
    /// Wakes are answered with this until the timer fires.
    private var failure: WakeFailure?
    private var failuresInARow = 0
    /// Writes and reads that went wrong in a row.
    private var refusals = 0
    /// What the timer `overdue` runs for.
    private var overdue: Overdue?
    /// The newest generation that was seen running, by us or by who wrote so; and the newest whose failure has been dealt
    /// with.
    private var ran: UInt64 = 0
    private var failed: UInt64 = 0
    private let limits: Limits

    private struct Overdue: Equatable, Sendable {
        var generation: UInt64
        var isEnding: Bool
    }

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    package mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .observed(let newer):
            if let newer, let scale, newer.isOlder(than: scale) { return [] }
            scale = newer
        case .listed(let found):
            if let scale, found.isOlder(than: scale) { isDoubted = true } else { scale = found }
        case .wakeRequested(let seen):
            wakeWaits = true
            newestSeen = max(newestSeen, seen)
        case .nobodyWaits:
            wakeWaits = false
        case .agentSaid(var said):
            // Of another generation: resent history, or a start that was outrun.
            guard said.generation == scale?.generation, said.isNewer(than: current) else { return [] }
            if said.phase == .failed, ran >= said.generation { said.hasRun = true }
            // It is used or idle, which is for whoever asks it to stop: nobody else has to know, and nothing is written.
            if let current, current.isRepeated(by: said) { return [] }
            // Every start begins so; it is news of what is told to run somewhere.
            if said.phase == .restarting, current?.phase != .running { return [] }
            news = said
        case .suspendAsked:
            suspendWaits = true
            if let scale, scale.replicas > 0 { sleep = Sleep(generation: scale.generation, why: "asked to") }
        case .written(let newer):
            return written(newer) + settle()
        case .writeFailed(let refusal):
            return writeFailed(refusal)
        case .read(let found):
            return read(found) + settle()
        case .readFailed(let refusal):
            guard case .reading(_, let written) = work else { return [] }
            isDoubted = isDoubted || written == nil
            return refused(refusal)
        case .timerFired(let timer):
            return timerFired(timer) + settle()
        }
        return settle()
    }

    /// What is known of the compute of the newest generation; `nil` while nothing was said of it.
    package var current: ComputeNews? {
        guard let scale else { return nil }
        let told = scale.compute.flatMap { $0.generation == scale.generation ? $0 : nil }
        guard let news, news.generation == scale.generation, news.isNewer(than: told) else { return told }
        return news
    }

    package var isAwake: Bool { (scale?.replicas ?? 0) > 0 }

    /// Whether everything up to this version is on the object, or is of no interest any more.
    package func isKept(generation: UInt64, sequence: UInt64) -> Bool {
        guard let scale else { return true }
        if generation != scale.generation { return true }
        guard let news, news.generation == generation, news.sequence <= sequence else { return true }
        guard scale.replicas > 0 else { return true }
        return !news.isNewer(than: scale.compute)
    }

    // MARK: - Deciding

    private mutating func settle() -> [Action] {
        guard let scale else { return gone() }
        if let news, news.generation < scale.generation { self.news = nil }
        var actions = noteCompute(scale)
        actions += overdueActions(scale)
        if wakeWaits, let answer = wakeAnswer(scale) {
            wakeWaits = false
            actions.append(.answerWakes(answer))
        }
        if let sleep, sleep.generation != scale.generation || scale.replicas == 0 { self.sleep = nil }
        if suspendWaits, sleep == nil, scale.replicas > 0 || scale.pods == 0 {
            suspendWaits = false
            actions.append(.answerSuspends)
        }
        guard work == .none else { return actions }
        if isDoubted {
            isDoubted = false
            work = .reading(known: scale.resourceVersion, nil)
            return actions + [.read]
        }
        guard let kind = nextChange(scale) else { return actions }
        let change = ScaleChange(kind, resourceVersion: scale.resourceVersion)
        work = .writing(change, isFailure: sleep?.isFailure ?? false)
        return actions + [.write(change)]
    }

    private mutating func gone() -> [Action] {
        sleep = nil
        news = nil
        overdue = nil
        isDoubted = false
        var actions: [Action] = [.disarm(.overdue)]
        if wakeWaits {
            wakeWaits = false
            let why = WakeFailure(.startFailed, detail: "its StatefulSet is gone, or cannot be understood")
            actions.append(.answerWakes(.failure(why)))
        }
        if suspendWaits {
            suspendWaits = false
            actions.append(.answerSuspends)
        }
        return actions
    }

    /// Draws what follows from the compute's own words, by whichever control plane they came.
    private mutating func noteCompute(_ scale: EndpointScale) -> [Action] {
        guard let current else { return [] }
        switch current.phase {
        case .running:
            ran = max(ran, scale.generation)
            failuresInARow = 0
            guard failure != nil else { return [] }
            failure = nil
            return [.disarm(.backOff)]
        case .restarting:
            // Only what ran is told to be started again.
            ran = max(ran, scale.generation)
            return []
        case .ending:
            return []
        case .ended:
            if scale.replicas > 0, sleep == nil { sleep = Sleep(generation: scale.generation, why: "stopped in order") }
            return []
        case .failed:
            // A Postgres that ran and died is started again in its pod; one that never ran would fail again.
            if current.hasRun == true { ran = max(ran, scale.generation) }
            guard ran < scale.generation, failed < scale.generation else { return [] }
            failed = scale.generation
            // Long over, and of nobody's concern.
            guard scale.replicas > 0 || wakeWaits else { return [] }
            let why = current.error ?? "the compute failed"
            if scale.replicas > 0 { sleep = Sleep(generation: scale.generation, why: why, isFailure: true) }
            return backOff(WakeFailure(.startFailed, detail: why))
        }
    }

    private mutating func backOff(_ why: WakeFailure) -> [Action] {
        failuresInARow += 1
        let delay = min(limits.longestBackOff, limits.firstBackOff * (1 << min(failuresInARow - 1, 16)))
        var why = why
        why.retryAfter = delay
        why.isLasting = failuresInARow > 1
        failure = why
        return [.arm(.backOff, Pause(atLeast: delay, spread: .zero))]
    }

    private mutating func overdueActions(_ scale: EndpointScale) -> [Action] {
        let phase = current?.phase
        guard scale.replicas > 0, phase != .running, phase != .ended, sleep?.generation != scale.generation else {
            guard overdue != nil else { return [] }
            overdue = nil
            return [.disarm(.overdue)]
        }
        // A pod without a generation has an agent that cannot start.
        guard scale.generation > 0 else {
            sleep = Sleep(generation: 0, why: "scaled up without a wake", isFailure: true)
            return []
        }
        let wanted = Overdue(generation: scale.generation, isEnding: phase == .ending)
        guard overdue != wanted else { return [] }
        overdue = wanted
        return [.arm(.overdue, Pause(atLeast: wanted.isEnding ? limits.stop : limits.start, spread: .zero))]
    }

    /// - Returns: `nil`: to be waited for, or to be started first.
    private func wakeAnswer(_ scale: EndpointScale) -> Result<ComputeLocation, WakeFailure>? {
        if scale.replicas > 0, !isOutrun(scale), sleep?.generation != scale.generation, let current {
            if let location = current.location { return .success(location) }
        }
        return failure.map { .failure($0) }
    }

    private func nextChange(_ scale: EndpointScale) -> ScaleChange.Kind? {
        if wakeWaits, failure == nil, needsStart(scale) {
            return .wake(generation: nextGeneration(after: scale.generation))
        }
        if let sleep, sleep.generation == scale.generation {
            return .sleep(why: sleep.why, unwritten(scale))
        }
        return unwritten(scale).map { .tell($0) }
    }

    private func needsStart(_ scale: EndpointScale) -> Bool {
        if scale.replicas == 0 || scale.generation == 0 || isOutrun(scale) { return true }
        if sleep?.generation == scale.generation { return true }
        switch current?.phase {
        case nil, .running, .restarting: return false
        case .ending, .ended, .failed: return true
        }
    }

    private func unwritten(_ scale: EndpointScale) -> ComputeNews? {
        guard let news, news.generation == scale.generation, news.isNewer(than: scale.compute) else { return nil }
        return news
    }

    /// A proxy may have seen a later generation than the object says, after a restore of the cluster: numbers go on after
    /// that one, lest it take every new compute for an old one; but not for nonsense.
    private func isOutrun(_ scale: EndpointScale) -> Bool {
        newestSeen > scale.generation && newestSeen - scale.generation <= EndpointLimits.forgottenGenerations
    }

    private func nextGeneration(after generation: UInt64) -> UInt64 {
        let known = newestSeen > generation && newestSeen - generation <= EndpointLimits.forgottenGenerations
        return (known ? newestSeen : generation) + 1
    }

    // MARK: - What became of it

    private mutating func written(_ newer: EndpointScale) -> [Action] {
        guard case .writing(let change, let wasFailure) = work else { return [] }
        work = .none
        refusals = 0
        isDoubted = false
        if scale.map({ !newer.isOlder(than: $0) }) ?? true { scale = newer }
        switch change.kind {
        case .wake(let generation): return [.tell(.woken(generation: generation))]
        case .sleep(let why, _) where wasFailure:
            return [.tell(.wakeFailed(generation: newer.generation, why: why))]
        case .sleep(let why, _): return [.tell(.suspended(generation: newer.generation, why: why))]
        case .tell, .rules: return []
        }
    }

    private mutating func writeFailed(_ refusal: ClusterFailure) -> [Action] {
        guard case .writing(let change, _) = work else { return [] }
        switch refusal.reason {
        case .conflict, .notFound, .gone:
            // Somebody else was faster: perhaps there is nothing left to do.
            work = .reading(
                known: scale?.resourceVersion, Refused(version: change.resourceVersion, why: refusal))
            return [.read]
        case .unavailable, .overloaded, .refused:
            // It may have happened all the same; then the next attempt is a conflict, and looks first.
            return refused(refusal)
        }
    }

    /// What a read brings counts whatever its age: a cluster that was restored from a backup goes on from an earlier version.
    /// But not when something newer came while it was under way.
    private mutating func read(_ found: EndpointScale) -> [Action] {
        guard case .reading(let known, let refusal) = work else { return [] }
        work = .none
        if let scale, scale.resourceVersion != known, found.isOlder(than: scale) { return [] }
        scale = found
        // Nobody was faster, and it was refused all the same; it would be again.
        if let refusal, refusal.version == found.resourceVersion { return refused(refusal.why) }
        refusals = 0
        return []
    }

    private mutating func refused(_ refusal: ClusterFailure) -> [Action] {
        work = .pausing
        refusals += 1
        var actions: [Action] = []
        if refusal.reason == .refused || refusal.reason == .notFound {
            let generation = scale.map { nextGeneration(after: $0.generation) } ?? 0
            if wakeWaits {
                wakeWaits = false
                actions = [
                    .answerWakes(.failure(WakeFailure(.notStored, detail: refusal.detail))),
                    .tell(.wakeFailed(generation: generation, why: refusal.detail)),
                ]
            }
            refusals += Self.refusalWeight
        }
        return actions + [.arm(.retry, Pause(afterFailures: refusals, retryAfter: refusal.retryAfter))]
    }

    /// What was refused for good is not asked again soon.
    private static let refusalWeight = 4

    private mutating func timerFired(_ timer: Timer) -> [Action] {
        switch timer {
        case .retry:
            if work == .pausing { work = .none }
            return []
        case .backOff:
            failure = nil
            return []
        case .overdue:
            guard let due = overdue, due.generation == scale?.generation else { return [] }
            overdue = nil
            guard !due.isEnding else {
                sleep = Sleep(generation: due.generation, why: "had not stopped after \(limits.stop)")
                return []
            }
            let why = "not running after \(limits.start)"
            sleep = Sleep(generation: due.generation, why: why, isFailure: true)
            failed = max(failed, due.generation)
            return backOff(WakeFailure(.startFailed, detail: why))
        }
    }
}
