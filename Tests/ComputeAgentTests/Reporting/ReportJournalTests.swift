import Foundation
import Gossip
import Logging
import Telemetry
import TestKit
import Testing

@testable import ComputeAgent

/// What an agent that is killed leaves to the one that is started in its place.
@Suite struct ReportJournalTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("pgdata.reports") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func journal(_ compute: String = "compute-demo-1", generation: UInt64 = 3, limit: Int = 8) -> ReportJournal
    {
        let journal = ReportJournal(
            path: path, computeID: compute, generation: generation, limit: limit,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        journal.takeUp()
        return journal
    }

    private func step(_ sequence: UInt64) -> Transition {
        Transition(
            version: FactVersion(generation: 3, sequence: sequence), state: .running, previousState: .`init`,
            atUnixMicros: 1_800_000_000_000_000 + Int64(sequence), reason: "a \"reason\"\nof two lines", error: "ü",
            activity: sequence % 2 == 0 ? .idle(sinceMicros: 7) : .active(lastActiveMicros: 9, reason: .walSender),
            agentAddress: "127.0.0.1:1", roleSecretsRevision: sequence,
            scaleWish: sequence % 2 == 0
                ? nil : ScaleWish(memoryBytes: 4, limitBytes: 3, usedBytes: 2, stallPermille: 1, reason: "it waits"))
    }

    @Test func `the next run reads what was written, in order and whole`() {
        let first = journal()
        #expect(first.transitions.isEmpty)
        for sequence in 1...5 { first.append(step(UInt64(sequence))) }
        let second = journal()
        #expect(second.transitions == (1...5).map { step(UInt64($0)) })
        second.append(step(6))
        #expect(journal().transitions.map(\.version.sequence) == [1, 2, 3, 4, 5, 6])
    }

    @Test func `it keeps as many as a queue does, and the file does not grow without end`() throws {
        let first = journal()
        for sequence in 1...1000 { first.append(step(UInt64(sequence))) }
        #expect(journal().transitions.map(\.version.sequence) == Array(993...1000))
        let size = try #require(FileStamp(path: path)?.size)
        #expect(size < 8 * 1000)
    }

    @Test func `another compute's, another generation's and another's file mean nothing`() throws {
        journal().append(step(1))
        #expect(journal("compute-demo-2").transitions.isEmpty)
        journal().append(step(1))
        #expect(journal(generation: 4).transitions.isEmpty)
        try SecureFile.write(Array("what is this\n{}\n".utf8), to: path)
        #expect(journal().transitions.isEmpty)
    }

    @Test func `a line that was cut off is left out, whatever the place`() throws {
        let first = journal()
        first.append(step(1))
        let whole = try SecureFile.read(path).count
        first.append(step(2))
        let bytes = try SecureFile.read(path)
        for length in whole..<bytes.count {
            try SecureFile.write(Array(bytes[..<length]), to: path)
            #expect(journal().transitions == [step(1)])
        }
    }

    @Test func `what only moved the activity goes first, as in a queue, so that no change of state is forgotten`() {
        var log = log(limit: 4)
        var queue = ReportQueue(limit: 4)
        for sequence in 1...50 {
            var step = step(UInt64(sequence))
            if sequence > 2 { step.previousState = step.state }
            _ = log.append(step)
            queue.append(step)
        }
        #expect(log.transitions.map(\.version.sequence) == [1, 2, 49, 50])
        #expect((0..<4).compactMap { _ in queue.next() } == log.transitions)
    }

    @Test func `behind a line that was not written whole stands nothing`() {
        var log = log(limit: 8)
        #expect(log.append(step(1)) == .append(Array(log.text.dropFirst(Array("compute-demo-1 3\n".utf8).count))))
        _ = log.append(step(2))
        log.writingFailed()
        #expect(log.append(step(3)) == .replace(log.text))
        log.writingFailed()
        #expect(log.append(step(4)) == .replace(log.text))
        guard case .append = log.append(step(5)) else { return #expect(Bool(false), "the file is whole again") }
        let read = TransitionLog(computeID: "compute-demo-1", generation: 3, limit: 8, found: log.text)
        #expect(read.transitions == (1...5).map { step(UInt64($0)) })
    }

    private func log(limit: Int) -> TransitionLog {
        TransitionLog(computeID: "compute-demo-1", generation: 3, limit: limit, found: nil)
    }

    @Test func `numbers go on after a restart, from whatever state`() {
        for state in ComputeState.allCases {
            var last = step(41)
            last.state = state
            var lifecycle = ComputeLifecycle(generation: 3, resuming: last)
            let actions = lifecycle.startedAgain(atUnixMicros: 5)
            guard case .report(let report)? = actions.first, actions.count == 1 else {
                Issue.record("no report from \(state)")
                continue
            }
            #expect(report.version == FactVersion(generation: 3, sequence: 42))
            #expect(report.previousState == state && report.state == .empty && lifecycle.state == .empty)
            #expect(lifecycle.handle(.configureRequested, atUnixMicros: 6).count == 2)
        }
        var fresh = ComputeLifecycle(generation: 3)
        #expect(fresh.startedAgain(atUnixMicros: 5).isEmpty)
        #expect(ComputeLifecycle(generation: 4, resuming: step(1)).sequence == 0)
    }
}
