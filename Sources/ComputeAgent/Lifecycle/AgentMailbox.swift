internal import Gossip

/// Where everything that happens to one compute is put, in the order in which it is to be looked at.
///
/// Any part of the agent may write; ``LifecycleDriver`` alone reads.
struct AgentMailbox: Sendable {
    enum Message: Sendable {
        /// Somebody may wait for the answer.
        case event(LifecycleEvent, Latch<LifecycleAnswer>?)
        /// An event that brings a spec, which is stored if the event is accepted and not otherwise; so is what came with it.
        /// One that was made from another spec comes to nothing when something else is stored by then.
        case spec(ComputeSpec, from: ComputeSpec?, beside: ComputeControl?, LifecycleEvent, Latch<LifecycleAnswer>?)
        /// Somebody wants to know whether this is read.
        case heartbeat(Latch<Bool>)
        /// Everything is reported and ended; the process may exit.
        case finished(exitCode: Int32)
    }

    let messages: AsyncStream<Message>
    private let post: AsyncStream<Message>.Continuation

    init() {
        (messages, post) = AsyncStream.makeStream(of: Message.self)
    }

    func send(_ event: LifecycleEvent) {
        post.yield(.event(event, nil))
    }

    func finish(exitCode: Int32) {
        post.yield(.finished(exitCode: exitCode))
    }

    /// - Returns: whether the lifecycle got to a message within the limit.
    func isRead(within limit: Duration) async -> Bool {
        let heard = Latch<Bool>()
        post.yield(.heartbeat(heard))
        return await heard.wait(atMost: limit) == true
    }

    /// Tells an event and waits until the lifecycle has seen it, which is a matter of microseconds.
    ///
    /// - Parameters:
    ///   - spec: what the event brings, if it is one that does.
    ///   - base: what that was made from, when it is a stored spec with a change; `nil` for one that stands for itself.
    ///   - control: what came with that spec; `nil` where it stays as it was.
    /// - Returns: `nil` when the task was cancelled or the agent has ended first.
    func ask(
        _ event: LifecycleEvent, bringing spec: ComputeSpec? = nil, from base: ComputeSpec? = nil,
        beside control: ComputeControl? = nil
    ) async -> LifecycleAnswer? {
        let answer = Latch<LifecycleAnswer>()
        if let spec {
            post.yield(.spec(spec, from: base, beside: control, event, answer))
        } else {
            post.yield(.event(event, answer))
        }
        return await answer.wait()
    }
}

/// What a lifecycle made of one event, for whoever brought it.
enum LifecycleAnswer: Equatable, Sendable {
    /// The newest transition when the event had been handled.
    case accepted(FactVersion)
    /// Nothing came of it: something else has won.
    case ignored(ComputeState)
    case refused(ComputeState)

    init(_ actions: [LifecycleAction], in lifecycle: ComputeLifecycle) {
        if actions.isEmpty {
            self = .ignored(lifecycle.state)
        } else if actions.contains(where: \.isRefusal) {
            self = .refused(lifecycle.state)
        } else {
            self = .accepted(FactVersion(generation: lifecycle.generation, sequence: lifecycle.sequence))
        }
    }

    var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }
}

extension LifecycleAction {
    fileprivate var isRefusal: Bool {
        if case .refuse = self { true } else { false }
    }
}
