internal import Logging
internal import Synchronization

/// Receives what a storage controller says about this compute's storage, and has it applied while Postgres runs: over
/// HTTP, `PUT /notify-attach` and `PUT /notify-safekeepers`. There must be a token: whoever may call this may say where a
/// compute reads its pages.
///
/// The controller waits ten seconds, sends many at once, and sends again what did not arrive. So every answer is quick and
/// repeating one changes nothing. What comes at a bad moment is written down, the newest of each kind, and applied later.
final class NotificationDesk: AgentPart {
    struct Reply: Equatable, Sendable {
        var status: Int
        /// For people; never empty.
        var text: String
        /// Seconds, for the header of that name.
        var retryAfter: Int?
    }

    /// What a controller said, and the number of the newest spec by then.
    private struct Told {
        var what: StorageNotification
        var after: Int
    }

    private struct Desk {
        var isBusy = false
        var waiting: [StorageNotification.Kind: Told] = [:]
        /// Of those, tried after the others.
        var failed: StorageNotification.Kind?
        /// What the specs of this agent's life have said, the newest first.
        var seen = StorageNodes()
    }

    private let mailbox: AgentMailbox
    private let board: LifecycleBoard
    private let present: @Sendable () -> SpecDesk.Present
    private let nodesFile: String?
    private let log: Logger
    private let desk = Mutex(Desk())
    private let arrived = Signal()

    private let applyLimit: Duration

    /// Less than the controller waits.
    static let applyLimit: Duration = .seconds(8)
    /// Between two attempts at what waits.
    private static let rest: Duration = .milliseconds(200)
    /// More than that after one that came to nothing: grows from the first to the second.
    private static let retryPauses: (shortest: Duration, longest: Duration) = (.milliseconds(500), .seconds(30))
    private static let retryAfter = 5

    init(
        mailbox: AgentMailbox, board: LifecycleBoard,
        present: @escaping @Sendable () -> SpecDesk.Present, nodesFile: String?,
        applyLimit: Duration = NotificationDesk.applyLimit, log: Logger
    ) {
        self.mailbox = mailbox
        self.board = board
        self.present = present
        self.nodesFile = nodesFile
        self.applyLimit = applyLimit
        self.log = log
    }

    convenience init(context: AgentContext) {
        self.init(
            mailbox: context.mailbox, board: context.board, present: { context.specs.present },
            nodesFile: context.configuration.storageNodesFile, log: context.log)
    }

    func attach(_ body: [UInt8]) async -> Reply {
        do throws(SpecFailure) {
            return await take(.attach(try AttachNotification(json: body)))
        } catch {
            return Reply(status: 400, text: "\(error)")
        }
    }

    func safekeepers(_ body: [UInt8]) async -> Reply {
        do throws(SpecFailure) {
            return await take(.safekeepers(try SafekeeperNotification(json: body)))
        } catch {
            return Reply(status: 400, text: "\(error)")
        }
    }

    /// Applies what came at a bad moment, when the moment is better.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            let more = arrived.next
            guard hasWaiting else {
                _ = await more.wait()
                continue
            }
            let newest = board.newest
            if let state = newest?.state, state != .running, !state.isEnding {
                _ = await board.first(of: [.running, .failed, .terminated], after: newest?.version)
            }
            guard let next = takeWaiting() else {
                // One is being applied that came just now. When cancelled it returns at once, and the loop ends.
                try? await Task.sleep(for: Self.rest)
                continue
            }
            let reply = await apply(next)
            // The controller was told that it is written down, and will not say it again.
            release(keeping: reply.status == 503 ? next : nil)
            let isOver = ![423, 503].contains(reply.status)
            failures = isOver ? 0 : failures + 1
            if ![200, 423].contains(reply.status) {
                log.warning(
                    isOver
                        ? "a notification of storage comes to nothing"
                        : "a notification of storage could not be applied; tried again later",
                    metadata: ["why": "\(reply.text)"])
            }
            let news = arrived.next
            // What cannot be applied now is not tried again at once.
            try? await Task.sleep(for: Self.rest)
            if failures > 0 { _ = await news.wait(atMost: Self.retryPause(after: failures)) }
        }
    }

    private static func retryPause(after failures: Int) -> Duration {
        min(retryPauses.shortest * (1 << min(failures - 1, 10)), retryPauses.longest)
    }

    /// Whether anything is written down.
    var hasWaiting: Bool { desk.withLock { !$0.waiting.isEmpty } }

    /// Whether nothing is written down, and nothing is being applied.
    var isSettled: Bool { desk.withLock { $0.waiting.isEmpty && !$0.isBusy } }

    // MARK: One at a time

    /// Of one kind the newest counts, so that what waited is overtaken by what comes.
    private func take(_ notification: StorageNotification) async -> Reply {
        let told = Told(what: notification, after: present().newest)
        let isMine = desk.withLock { desk in
            guard !desk.isBusy else { return false }
            desk.isBusy = true
            desk.waiting[notification.kind] = nil
            return true
        }
        guard isMine else {
            return Reply(status: 429, text: "another notification is being applied", retryAfter: Self.retryAfter)
        }
        defer { release() }
        return await apply(told)
    }

    private func takeWaiting() -> Told? {
        desk.withLock { desk in
            let kind = desk.waiting.keys.first { $0 != desk.failed } ?? desk.failed
            guard !desk.isBusy, let kind, let next = desk.waiting.removeValue(forKey: kind) else { return nil }
            desk.isBusy = true
            return next
        }
    }

    /// - Parameter failed: to be tried again, unless a newer one of its kind has come meanwhile.
    private func release(keeping failed: Told? = nil) {
        desk.withLock { desk in
            desk.isBusy = false
            desk.failed = failed?.what.kind ?? desk.failed
            if let failed, desk.waiting[failed.what.kind] == nil { desk.waiting[failed.what.kind] = failed }
        }
    }

    private func apply(_ told: Told) async -> Reply {
        guard !board.state.isOver else { return Reply(status: 200, text: "this compute is ending") }
        let present = present()
        guard let spec = present.spec else { return Reply(status: 423, text: "there is no spec yet") }
        if !told.what.hasNumber(beside: spec) {
            if present.inForce > told.after {
                log.notice("a notification of storage is overtaken by the spec that came after it")
                return Reply(status: 200, text: "a spec that came after it counts")
            }
            if present.number > told.after {
                // Postgres may yet refuse it.
                keep(told)
                return Reply(status: 423, text: "written down; a spec that came after it is being applied")
            }
        }
        let changed: ComputeSpec?
        do {
            changed = try told.what.applied(to: spec, nodes: try nodes(beside: spec))
        } catch let refusal as NotificationRefusal {
            return Reply(refusal)
        } catch {
            return Reply(status: 503, text: "the file of nodes: \(error)")
        }
        guard let changed else { return Reply(status: 200, text: "known already") }
        guard case .accepted(let version)? = await mailbox.ask(.configureRequested, bringing: changed, from: spec)
        else {
            keep(told)
            return Reply(status: 423, text: "written down; the compute is busy")
        }
        let outcome = await board.first(
            of: [.running, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated],
            after: version, within: applyLimit)
        if outcome?.refusal != nil { return Reply(status: 503, text: "it could not be applied") }
        switch outcome?.state {
        case .running?: return Reply(status: 200, text: "applied")
        case .failed?: return Reply(status: 503, text: "it could not be applied")
        case nil:
            // In case it fails. One that worked is known already.
            keep(told)
            return Reply(status: 423, text: "written down; it is being applied")
        case .some: return Reply(status: 200, text: "this compute is ending")
        }
    }

    private func keep(_ told: Told) {
        desk.withLock { $0.waiting[told.what.kind] = told }
        arrived.fire()
    }

    /// The file is read each time: an operator adds nodes while computes run.
    private func nodes(beside spec: ComputeSpec) throws -> StorageNodes {
        let present = (try? PageserverResolver.resolve(spec)) ?? nil
        let seen = desk.withLock { desk in
            desk.seen = StorageNodes().learning(from: present).filled(from: desk.seen)
            return desk.seen
        }
        guard let path = nodesFile else { return seen }
        guard let bytes = OwnedFile.readGiven(path, limit: StorageNodes.byteLimit) else {
            throw SpecFailure(at: "", "cannot be read")
        }
        return try StorageNodes(json: bytes).filled(from: seen)
    }
}

extension NotificationDesk.Reply {
    init(_ refusal: NotificationRefusal) {
        switch refusal {
        case .otherTenant, .contradiction, .unusable: self.init(status: 400, text: "\(refusal)")
        case .unknownNode: self.init(status: 503, text: "\(refusal)")
        }
    }
}
