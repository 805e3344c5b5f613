import Logging
import Synchronization
import TestKit
import Testing

@testable import ComputeAgent

/// The receiver of notifications beside a real lifecycle whose reconfigurations end when the test says so.
@Suite struct NotificationDeskTests {
    private final class Rig: Sendable {
        let mailbox = AgentMailbox()
        let board = LifecycleBoard()
        let desk: NotificationDesk
        private let specs: SpecDesk
        private let lifecycle = Mutex(ComputeLifecycle(generation: 1))
        private let isHeld = Mutex(false)
        private let hasStarted = Mutex(false)

        init(applyLimit: Duration) {
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let specs = SpecDesk(
                source: .pushed, mailbox: mailbox, keyring: TokenKeyring(file: nil, log: log), metrics: AgentMetrics())
            self.specs = specs
            desk = NotificationDesk(
                mailbox: mailbox, board: board, present: { specs.present }, nodesFile: nil, applyLimit: applyLimit,
                log: log)
        }

        var stored: ComputeSpec? { specs.stored }

        /// As whoever pushes a spec.
        @discardableResult
        func configure(_ spec: ComputeSpec) async -> LifecycleAnswer? {
            await mailbox.ask(.configureRequested, bringing: spec, beside: ComputeControl())
        }

        func start(_ spec: ComputeSpec) async throws {
            await configure(spec)
            try await eventually("it runs") { self.board.state == .running }
        }

        func hold(_ held: Bool) { isHeld.withLock { $0 = held } }

        /// As when Postgres refuses a change: its files are those of before.
        func fail(back spec: ComputeSpec) {
            specs.noteFailed(inForce: spec)
            mailbox.send(.configurationFailed("no"))
        }

        /// What `LifecycleDriver` does, with everything it would start done at once.
        func drive() async {
            for await message in mailbox.messages {
                switch message {
                case .finished: return
                case .heartbeat(let asker): asker.set(true)
                case .event(let event, let asker):
                    if case .configurationApplied = event, let stored { specs.noteApplied(stored) }
                    let answer = handle(event)
                    asker?.set(answer)
                case .spec(_, let base?, _, _, let asker) where stored != base:
                    asker?.set(.ignored(board.state))
                case .spec(let spec, _, let control, let event, let asker):
                    let before = specs.exchangeStored(spec)
                    let answer = handle(event)
                    if answer.isAccepted {
                        _ = specs.noteAccepted(spec, beside: control)
                    } else {
                        specs.restoreStored(before)
                    }
                    asker?.set(answer)
                }
            }
        }

        private func handle(_ event: LifecycleEvent) -> LifecycleAnswer {
            lifecycle.withLock { lifecycle in
                let actions = lifecycle.handle(event, atUnixMicros: 1)
                for action in actions {
                    switch action {
                    case .report(let transition): board.note(transition)
                    case .takeConfiguration: mailbox.send(isRunning ? .reconfigurationBegan : .startupBegan)
                    case .startPostgres:
                        hasStarted.withLock { $0 = true }
                        mailbox.send(.configurationApplied)
                    case .reconfigure: if !isHeld.withLock({ $0 }) { mailbox.send(.configurationApplied) }
                    default: break  // The rest has no answer that these tests wait for.
                    }
                }
                return LifecycleAnswer(actions, in: lifecycle)
            }
        }

        private var isRunning: Bool { hasStarted.withLock { $0 } }
        var urls: [String?]? {
            (try? stored.flatMap { try PageserverResolver.resolve($0) })?.shards
                .map { $0.pageservers.first?.libpqURL }
        }
    }

    private static let spec = SpecText.local(
        extra: #"""
            "tenant_id": "\#(StorageNotificationTests.tenant)", "timeline_id": "\#(StorageNotificationTests.tenant)",
            "storage_mode": "local", "pageserver_connection_info": {"shard_count": 0, "shards": {"0000": {"pageservers": [
              {"id": 1, "libpq_url": "host=ps-1"}, {"id": 2, "libpq_url": "host=ps-2"}, {"id": 3, "libpq_url": "host=ps-3"}
            ]}}}, "safekeeper_connstrings": ["sk-0:1"],
            """#)

    private func spec() throws -> ComputeSpec { try #require(try SpecText.read(Self.spec)) }

    private func attach(_ node: Int) -> [UInt8] { Array(StorageNotificationTests.attach([node]).utf8) }

    private func withRig(
        _ applyLimit: Duration, _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        let rig = Rig(applyLimit: applyLimit)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await rig.drive() }
            group.addTask { await rig.desk.run() }
            group.addTask {
                defer { rig.mailbox.finish(exitCode: 0) }
                try await body(rig)
                throw CancellationError()
            }
        }
    }

    private func run(
        within applyLimit: Duration = NotificationDesk.applyLimit,
        _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        do { try await withRig(applyLimit, body) } catch is CancellationError {}
    }

    @Test func `before there is a spec it is too early, and after the end too late`() async throws {
        try await run { rig in
            #expect(await rig.desk.attach(attach(2)).status == 423)
            try await rig.start(try spec())
            rig.mailbox.send(.terminateRequested(.fast, reason: "test"))
            try await eventually("it ends") { rig.board.state == .terminationPendingFast }
            #expect(await rig.desk.attach(attach(2)).status == 200)
            #expect(rig.urls == ["host=ps-1"])
        }
    }

    @Test func `applied once, known after that, and refused without harm`() async throws {
        try await run { rig in
            try await rig.start(try spec())
            #expect(await rig.desk.attach(attach(2)) == .init(status: 200, text: "applied"))
            #expect(rig.urls == ["host=ps-2"])
            #expect(rig.stored?.pageserverConnectionInfo?.shards.first?.pageservers.map(\.id) == [2])
            let version = rig.board.newest?.version
            #expect(await rig.desk.attach(attach(2)) == .init(status: 200, text: "known already"))
            #expect(await rig.desk.attach(attach(9)).status == 503)
            #expect(await rig.desk.attach(Array("{}".utf8)).status == 400)
            let other = StorageNotificationTests.attach([1], tenant: String(repeating: "b", count: 32))
            #expect(await rig.desk.attach(Array(other.utf8)).status == 400)
            #expect(rig.board.newest?.version == version)
            let keepers = Array(StorageNotificationTests.safekeepers(generation: 4).utf8)
            #expect(await rig.desk.safekeepers(keepers).status == 200)
            #expect(rig.stored?.safekeeperConnstrings == ["sk-1:5454"])
            #expect(rig.urls == ["host=ps-2"])
        }
    }

    @Test func `one at a time, and what comes while the compute is busy is applied after it`() async throws {
        try await run { rig in
            try await rig.start(try spec())
            let spec = try #require(rig.stored)
            rig.hold(true)
            // Somebody else's reconfiguration is under way: what comes is written down, and of several the last one.
            await rig.configure(spec)
            try await eventually("it is busy") { rig.board.state == .configuration }
            #expect(await rig.desk.attach(attach(2)).status == 423)
            #expect(await rig.desk.attach(attach(3)).status == 423)
            #expect(rig.urls == ["host=ps-1"])
            rig.hold(false)
            rig.mailbox.send(.configurationApplied)
            try await eventually("it is applied") { rig.urls == ["host=ps-3"] }
            try await eventually("it runs again") { rig.board.state == .running }
        }
    }

    @Test func `what is written down is tried until it is applied, also when applying it fails late`() async throws {
        try await run(within: .milliseconds(20)) { rig in
            try await rig.start(try spec())
            let before = try #require(rig.stored)
            rig.hold(true)
            let reply = await rig.desk.attach(attach(2))
            #expect(reply == .init(status: 423, text: "written down; it is being applied"))
            #expect(rig.board.state == .configuration)
            rig.fail(back: before)
            // Again, and it fails again.
            for _ in 0..<2 {
                try await eventually("it is tried again") {
                    rig.board.state == .configuration && rig.urls == ["host=ps-2"]
                }
                rig.fail(back: before)
            }
            rig.hold(false)
            try await eventually("it is applied") { rig.urls == ["host=ps-2"] && rig.board.state == .running }
        }
    }

    @Test func `one that waits and is refused is kept until it can be applied, or a newer one has been`() async throws {
        try await run { rig in
            try await rig.start(try spec())
            let before = try #require(rig.stored)
            rig.hold(true)
            await rig.configure(before)
            try await eventually("it is busy") { rig.board.state == .configuration }
            #expect(await rig.desk.attach(attach(2)).status == 423)
            rig.mailbox.send(.configurationApplied)
            try await eventually("it is tried") { rig.board.state == .configuration && rig.urls == ["host=ps-2"] }
            rig.fail(back: before)
            try await eventually("it is tried again") { rig.board.state == .configuration && rig.urls == ["host=ps-2"] }
            rig.fail(back: before)
            rig.hold(false)
            // It waits for its next turn, and is overtaken.
            try await eventually("the newer one is taken") { await rig.desk.attach(attach(3)).status == 200 }
            try await eventually("it counts") { rig.urls == ["host=ps-3"] && rig.board.state == .running }
            #expect(!rig.desk.hasWaiting)
        }
    }

    /// Each with a change under way that somebody else has begun, so that what comes is written down.
    private func written(
        down tell: @escaping @Sendable (Rig) async -> NotificationDesk.Reply, then spec: ComputeSpec,
        _ check: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        try await run { rig in
            let first = try self.spec()
            try await rig.start(first)
            rig.hold(true)
            await rig.configure(first)
            try await eventually("it is busy") { rig.board.state == .configuration }
            #expect(await tell(rig).status == 423)
            // One that is refused is not newer.
            #expect(await rig.configure(spec)?.isAccepted == false)
            rig.mailbox.send(.configurationApplied)
            // Posted before anybody can know that the change is over.
            #expect(await rig.configure(spec)?.isAccepted == true)
            rig.hold(false)
            rig.mailbox.send(.configurationApplied)
            try await eventually("nothing waits") { rig.desk.isSettled && rig.board.state == .running }
            try await check(rig)
        }
    }

    @Test func `what is written down does not undo a spec that was pushed after it`() async throws {
        var newer = try spec()
        newer.pageserverConnectionInfo?.shards[0].pageservers.removeFirst(2)
        try await written(down: { await $0.desk.attach(self.attach(2)) }, then: newer) { rig in
            #expect(rig.urls == ["host=ps-3"])
            // One that comes now is the newest.
            #expect(await rig.desk.attach(self.attach(1)).status == 200)
            #expect(rig.urls == ["host=ps-1"])
        }
    }

    @Test func `a spec that Postgres refuses does not undo what is written down`() async throws {
        try await run { rig in
            let first = try self.spec()
            var refused = first
            refused.pageserverConnectionInfo?.shards[0].pageservers.removeFirst(2)
            try await rig.start(first)
            rig.hold(true)
            await rig.configure(first)
            try await eventually("it is busy") { rig.board.state == .configuration }
            #expect(await rig.desk.attach(self.attach(2)).status == 423)
            rig.mailbox.send(.configurationApplied)
            // Posted before anybody can know that the change is over.
            #expect(await rig.configure(refused)?.isAccepted == true)
            rig.hold(false)
            rig.fail(back: first)
            try await eventually("nothing waits") { rig.desk.isSettled && rig.board.state == .running }
            #expect(rig.urls == ["host=ps-2"])
            // One that comes after it and counts does.
            rig.hold(true)
            await rig.configure(first)
            try await eventually("it is busy") { rig.board.state == .configuration }
            #expect(await rig.desk.attach(self.attach(1)).status == 423)
            rig.mailbox.send(.configurationApplied)
            #expect(await rig.configure(refused)?.isAccepted == true)
            rig.hold(false)
            rig.mailbox.send(.configurationApplied)
            try await eventually("nothing waits") { rig.desk.isSettled && rig.board.state == .running }
            #expect(rig.urls == ["host=ps-3"])
        }
    }

    private static let generations: [(UInt32?, [String])] = [(nil, ["sk-0:1"]), (3, ["sk-1:5454"]), (5, ["sk-0:1"])]

    @Test(arguments: generations)
    func `of safekeepers the higher generation counts, whichever came last`(
        generation: UInt32?, left: [String]
    ) async throws {
        let newer = try spec().numbered(generation)
        let keepers = Array(StorageNotificationTests.safekeepers(generation: 4).utf8)
        try await written(down: { await $0.desk.safekeepers(keepers) }, then: newer) { rig in
            #expect(rig.stored?.safekeeperConnstrings == left)
        }
    }

    @Test func `what was made from a spec that is not stored any more comes to nothing`() async throws {
        try await run { rig in
            let first = try self.spec()
            try await rig.start(first)
            let (made, newer) = (first.numbered(1), first.numbered(2))
            await rig.configure(newer)
            try await eventually("it is applied") { rig.board.state == .running && rig.stored == newer }
            let answer = await rig.mailbox.ask(.configureRequested, bringing: made, from: first)
            #expect(answer == .ignored(.running) && rig.stored == newer)
            #expect(await rig.mailbox.ask(.configureRequested, bringing: made, from: newer)?.isAccepted == true)
        }
    }

    @Test func `while one is being applied the next is asked to come again`() async throws {
        try await run { rig in
            try await rig.start(try spec())
            rig.hold(true)
            async let first = rig.desk.attach(attach(2))
            try await eventually("it is being applied") { rig.board.state == .configuration }
            let second = await rig.desk.attach(attach(3))
            #expect(second.status == 429 && second.retryAfter == 5)
            rig.mailbox.send(.configurationApplied)
            #expect(await first.status == 200)
            rig.hold(true)
            async let third = rig.desk.safekeepers(Array(StorageNotificationTests.safekeepers(generation: 4).utf8))
            try await eventually("it is being applied") { rig.board.state == .configuration }
            rig.mailbox.send(.configurationFailed("no"))
            #expect(await third.status == 503)
        }
    }
}

extension ComputeSpec {
    fileprivate func numbered(_ generation: UInt32?) -> ComputeSpec {
        var spec = self
        spec.safekeepersGeneration = generation
        return spec
    }
}
