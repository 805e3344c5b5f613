import EdgeProxy
import Logging
import Synchronization
import TestKit
import Testing

/// From which level on each logger writes, and for how long.
@Suite(.timeLimit(.minutes(1))) struct LogLevelsTests {
    private let now = ContinuousClock.now
    private var later: ContinuousClock.Instant { now + .seconds(60) }

    private func levels(_ table: LogLevelTable, at instant: ContinuousClock.Instant) -> [Logger.Level] {
        [nil, "proxy", "audit"].map { table.setting(of: $0, at: instant).level }
    }

    private let fresh = LogLevelTable(base: .info, pinned: ["audit": .notice])

    @Test func `at the start everything is as it was started`() {
        #expect(levels(fresh, at: now) == [.info, .info, .notice])
        #expect(fresh.labels(at: now) == ["audit"])
    }

    @Test func `a word about all loggers is not about those with a level of their own`() {
        var table = fresh
        table.set(.error, for: nil, limit: nil, at: now)
        #expect(levels(table, at: now) == [.error, .error, .notice])
        table.set(.debug, for: "audit", limit: nil, at: now)
        #expect(levels(table, at: now) == [.error, .error, .debug])
        table.set(nil, for: "audit", limit: nil, at: now)
        #expect(levels(table, at: now) == [.error, .error, .notice])
        table.set(nil, for: nil, limit: nil, at: now)
        #expect(levels(table, at: now) == [.info, .info, .notice])
    }

    @Test func `a word about all makes what was said of single ones forgotten`() {
        var table = fresh
        table.set(.trace, for: "proxy", limit: nil, at: now)
        #expect(table.labels(at: now) == ["audit", "proxy"])
        table.set(.warning, for: nil, limit: nil, at: now)
        #expect(levels(table, at: now) == [.warning, .warning, .notice])
        #expect(table.labels(at: now) == ["audit"])
    }

    @Test func `a passing level passes, and then it is as before`() {
        var table = fresh
        table.set(.error, for: nil, limit: nil, at: now)
        table.set(.debug, for: nil, limit: .seconds(60), at: now)
        table.set(.trace, for: "proxy", limit: .seconds(30), at: now)
        #expect(levels(table, at: now) == [.debug, .trace, .notice])
        #expect(table.setting(of: nil, at: now).until == later)
        #expect(levels(table, at: now + .seconds(30)) == [.debug, .debug, .notice])
        #expect(levels(table, at: later) == [.error, .error, .notice])
        #expect(table.setting(of: nil, at: later).until == nil)
    }

    @Test func `a lasting level ends a passing one`() {
        var table = fresh
        table.set(.debug, for: nil, limit: .seconds(60), at: now)
        table.set(.warning, for: nil, limit: nil, at: now)
        #expect(levels(table, at: now) == [.warning, .warning, .notice])
    }

    // MARK: - Loggers

    private final class Kept: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct KeepingHandler: LogHandler {
        let kept: Kept
        var logLevel = Logger.Level.critical
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { kept.lines.withLock { $0.append("\(event.level) \(event.message)") } }
    }

    private func logger(_ label: String, _ levels: LogLevels, _ kept: Kept) -> Logger {
        Logger(label: label) { AdjustableLogHandler(KeepingHandler(kept: kept), label: $0, levels: levels) }
    }

    @Test func `a logger that exists follows at once`() async throws {
        let (levels, kept) = (LogLevels(fresh), Kept())
        let proxy = logger("proxy", levels, kept)
        let audit = logger("audit", levels, kept)
        proxy.debug("unheard")
        proxy.info("one")
        levels.set(.debug, for: nil, limit: nil)
        proxy.debug("two")
        audit.info("unheard")
        levels.set(.critical, for: nil, limit: nil)
        proxy.error("unheard")
        audit.notice("three")
        #expect(kept.lines.withLock { $0 } == ["info one", "debug two", "notice three"])
        #expect(levels.knows("proxy"))
        #expect(!levels.knows("nobody"))
    }

    @Test func `a passing level ends by itself`() async throws {
        let levels = LogLevels(fresh)
        let proxy = logger("proxy", levels, Kept())
        levels.set(.trace, for: "proxy", limit: .milliseconds(30))
        try await eventually("the old level") { proxy.logLevel == .info }
        levels.set(.trace, for: nil, limit: .seconds(3600))
        #expect(proxy.logLevel == .trace)
    }

    @Test func `what the code says of one logger stays`() {
        let levels = LogLevels(fresh)
        var quiet = logger("http", levels, Kept())
        quiet.logLevel = .error
        levels.set(.trace, for: nil, limit: nil)
        #expect(quiet.logLevel == .error)
        #expect(logger("http", levels, Kept()).logLevel == .trace)
    }
}
