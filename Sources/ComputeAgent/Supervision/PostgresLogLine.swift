internal import Logging

/// One line of Postgres's log as ours: its words, at a level of its own.
///
/// A message may have several lines; those after the first begin with a tabulator, or with `DETAIL`, `HINT`, `CONTEXT`,
/// `STATEMENT`, and take the level of the first.
struct PostgresLogLine: Equatable, Sendable {
    var level: Logger.Level
    var text: String

    /// The severities of PostgreSQL's log (manual, 20.8.2, table “Message Severity Levels”).
    private static let levels: [(word: String, level: Logger.Level)] = [
        ("PANIC:", .critical), ("FATAL:", .error), ("ERROR:", .error), ("WARNING:", .warning), ("NOTICE:", .notice),
        ("INFO:", .info), ("LOG:", .info), ("DEBUG", .debug),
    ]
    /// Those of a message that is under way.
    private static let continuations = ["DETAIL:", "HINT:", "QUERY:", "CONTEXT:", "LOCATION:", "STATEMENT:"]
    /// A severity stands behind the prefix, which is short.
    private static let prefixLimit = 128

    /// - Parameter previous: the level of the line before.
    init(_ line: String, after previous: Logger.Level) {
        text = line
        level = Self.level(of: line) ?? previous
    }

    private static func level(of line: String) -> Logger.Level? {
        guard !line.hasPrefix("\t") else { return nil }
        let head = line.prefix(prefixLimit)
        // The first word that is one of them decides: a statement in the message may hold any other.
        let words = head.split(separator: " ", omittingEmptySubsequences: true)
        for word in words {
            if continuations.contains(where: { word == $0 }) { return nil }
            if let known = levels.first(where: { word.hasPrefix($0.word) }) { return known.level }
        }
        // What is no message of Postgres's own, of an extension or the C library.
        return .info
    }
}
