package import Logging

/// From which level on each logger writes. Time is an argument.
package struct LogLevelTable: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What holds for one label, or for all without one of their own.
    package struct Setting: Sendable, Equatable {
        package var level: Logger.Level
        /// Until when; `nil`: until somebody changes it.
        package var until: Instant?
    }

    private struct Choice: Sendable {
        var lasting: Logger.Level?
        var passing: Setting?

        func setting(at now: Instant) -> Setting? {
            if let passing, passing.until.map({ now < $0 }) ?? true { return passing }
            return lasting.map { Setting(level: $0) }
        }
    }

    private let base: Logger.Level
    /// Labels with a level of their own from the start, which no word about all loggers changes.
    private let pinned: [String: Logger.Level]
    private var everything = Choice()
    private var single: [String: Choice] = [:]

    package init(base: Logger.Level, pinned: [String: Logger.Level] = [:]) {
        self.base = base
        self.pinned = pinned
    }

    /// - Parameter label: `nil`: of all that have no level of their own.
    package func setting(of label: String?, at now: Instant) -> Setting {
        if let label {
            if let setting = single[label]?.setting(at: now) { return setting }
            if let level = pinned[label] { return Setting(level: level) }
        }
        return everything.setting(at: now) ?? Setting(level: base)
    }

    /// Labels with a level of their own, in order.
    package func labels(at now: Instant) -> [String] {
        Set(single.filter { $0.value.setting(at: now) != nil }.keys).union(pinned.keys).sorted()
    }

    /// Whether the answer for this label will change by itself.
    func isPassing(_ label: String, at now: Instant) -> Bool {
        setting(of: label, at: now).until != nil
    }

    /// - Parameters:
    ///   - level: `nil`: as it was at the start.
    ///   - label: `nil`: all loggers; what was said of single ones is forgotten.
    ///   - limit: for so long, and then as before. `nil`: for good.
    package mutating func set(_ level: Logger.Level?, for label: String?, limit: Duration?, at now: Instant) {
        var choice = label.map { single[$0] ?? Choice() } ?? everything
        switch (level, limit) {
        case (nil, _): choice = Choice()
        case (let level?, nil): choice = Choice(lasting: level)
        case (let level?, let limit?): choice.passing = Setting(level: level, until: now + limit)
        }
        if let label {
            single[label] = choice
        } else {
            everything = choice
            single = [:]
        }
    }
}
