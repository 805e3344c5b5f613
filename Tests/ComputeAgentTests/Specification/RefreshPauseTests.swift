import Gossip
import Logging
import Synchronization
import Telemetry
import TestKit
import Testing

@testable import ComputeAgent

/// What follows a refresh that failed. Nobody waits here: each rest ends at once, and is noted.
@Suite struct RefreshPauseTests {
    private final class Rests: Sendable {
        private let taken = Mutex<[Duration]>([])

        var all: [Duration] { taken.withLock { $0 } }
        func note(_ pause: Duration) { taken.withLock { $0.append(pause) } }
    }

    private let mailbox = AgentMailbox()
    private let rests = Rests()
    private let folder: TemporaryFolder
    private let desk: SpecDesk

    init() throws {
        folder = try TemporaryFolder()
        desk = SpecDesk(
            source: .file(folder.file("spec.json")), mailbox: mailbox,
            keyring: TokenKeyring(file: nil, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            metrics: AgentMetrics(),
            rest: { [rests] in rests.note($0) })
    }

    /// - Returns: what came of one more try, in the words of the event that tells it.
    private func again(_ news: inout AsyncStream<AgentMailbox.Message>.AsyncIterator) async throws -> LifecycleEvent {
        async let tried: Void = desk.refreshAgain()
        guard case .event(.refreshBegan, let answer?) = await news.next() else {
            throw NeverHappened("a refresh began")
        }
        answer.set(.accepted(FactVersion(generation: 1, sequence: 1)))
        let outcome: LifecycleEvent
        switch await news.next() {
        case .event(let event, let answer): (outcome, _) = (event, answer?.set(.ignored(.running)))
        case .spec(_, _, _, let event, let answer): (outcome, _) = (event, answer?.set(.ignored(.running)))
        case .heartbeat, .finished, nil: throw NeverHappened("a refresh ended")
        }
        await tried
        return outcome
    }

    @Test func `a refresh that failed is tried again, each time later and never when all others are, until it works`()
        async throws
    {
        var news = mailbox.messages.makeAsyncIterator()
        let (shortest, longest) = SpecDesk.refreshPauses
        for failures in 1...24 {
            guard case .refreshFailed = try await again(&news) else {
                Issue.record("a spec that is not there was found")
                return
            }
            let full = min(shortest * (1 << min(failures, 16)), longest)
            let pause = try #require(rests.all.last)
            #expect((full / 2...full).contains(pause), "after \(failures): \(pause)")
        }
        #expect(rests.all.count == 24)
        // The longest ones differ from each other as well.
        #expect(Set(rests.all.suffix(16)).count > 8)

        try SecureFile.write(Array(SpecText.local().utf8), to: folder.file("spec.json"))
        guard case .refreshFoundChange = try await again(&news) else {
            Issue.record("the spec that has come was not found")
            return
        }
        // What failed is forgotten once it is applied.
        desk.noteApplied(try #require(try SpecText.read(SpecText.local())))
        guard case .refreshFoundNoChange = try await again(&news) else {
            Issue.record("the spec that is applied was taken for another one")
            return
        }
        #expect(try #require(rests.all.last) <= shortest * 2)
    }

    @Test func `the spec of another compute is a refresh that failed`() async throws {
        var news = mailbox.messages.makeAsyncIterator()
        let tenant = String(repeating: "5c", count: 16)
        _ = desk.exchangeStored(try #require(try SpecText.read(SpecText.local())))
        let other = SpecText.local(
            extra: #""storage_mode": "local", "tenant_id": "\#(tenant)", "timeline_id": "\#(tenant)","#)
        try SecureFile.write(Array(other.utf8), to: folder.file("spec.json"))
        guard case .refreshFailed(let why) = try await again(&news) else {
            Issue.record("another compute's spec was taken")
            return
        }
        #expect(why.hasPrefix("spec.tenant_id: "))
        #expect(desk.stored?.tenantID == nil)
    }
}
