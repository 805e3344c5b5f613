package import Logging
internal import Synchronization

/// The ``LogLevelTable`` of this process: handlers read it at every line, an operator changes it while they run.
package final class LogLevels: Sendable {
    /// What a handler of one label reads: one atomic load, unless a level is about to end by itself.
    package final class Cell: Sendable {
        /// A level's place in the order of levels, or −1: the table has to be asked.
        fileprivate let place = Atomic<Int>(-1)
        private let label: String
        private let levels: LogLevels

        fileprivate init(_ label: String, _ levels: LogLevels) {
            self.label = label
            self.levels = levels
        }

        package var level: Logger.Level {
            let place = place.load(ordering: .relaxed)
            return place < 0 ? levels.look(at: label, for: self) : LogLevels.order[place]
        }
    }

    /// Labels that may be told apart; loggers beyond share the common level.
    package static let labelLimit = 256

    fileprivate static let order = Logger.Level.allCases

    private let state: Mutex<(table: LogLevelTable, cells: [String: Cell])>

    package init(_ table: LogLevelTable) {
        state = Mutex((table, [:]))
    }

    /// What a new handler reads.
    package func cell(for label: String) -> Cell {
        state.withLock { state in
            if let cell = state.cells[label] { return cell }
            let cell = Cell(label, self)
            if state.cells.count < Self.labelLimit { state.cells[label] = cell }
            Self.refresh([label: cell], state.table)
            return cell
        }
    }

    /// Asks the table, and asks no more once what was to pass has passed.
    private func look(at label: String, for cell: Cell) -> Logger.Level {
        state.withLock { state in
            Self.refresh([label: cell], state.table)
            return state.table.setting(of: label, at: .now).level
        }
    }

    /// The common one, and those of labels that have their own, in order.
    package var settings: [(label: String?, setting: LogLevelTable.Setting)] {
        let now = ContinuousClock.now
        let table = state.withLock { $0.table }
        return [(nil, table.setting(of: nil, at: now))]
            + table.labels(at: now).map { ($0, table.setting(of: $0, at: now)) }
    }

    /// Whether a logger of that label has been made.
    package func knows(_ label: String) -> Bool { state.withLock { $0.cells[label] != nil } }

    package func set(_ level: Logger.Level?, for label: String?, limit: Duration?) {
        state.withLock { state in
            state.table.set(level, for: label, limit: limit, at: .now)
            Self.refresh(state.cells, state.table)
        }
    }

    private static func refresh(_ cells: [String: Cell], _ table: LogLevelTable) {
        let now = ContinuousClock.now
        for (label, cell) in cells {
            let level = table.setting(of: label, at: now).level
            let place = table.isPassing(label, at: now) ? -1 : order.firstIndex(of: level) ?? -1
            cell.place.store(place, ordering: .relaxed)
        }
    }
}

/// Writes what another handler writes, from the level on that ``LogLevels`` has for its label at that moment.
package struct AdjustableLogHandler: LogHandler {
    private var handler: any LogHandler
    private let cell: LogLevels.Cell
    /// Said of this one logger in the code.
    private var own: Logger.Level?

    package init(_ handler: any LogHandler, label: String, levels: LogLevels) {
        self.handler = handler
        cell = levels.cell(for: label)
        // The decision is made here.
        self.handler.logLevel = .trace
    }

    package var logLevel: Logger.Level {
        get { own ?? cell.level }
        set { own = newValue }
    }

    package var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    package func log(event: LogEvent) { handler.log(event: event) }
}
