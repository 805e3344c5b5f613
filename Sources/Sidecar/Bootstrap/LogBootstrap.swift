internal import Foundation
internal import Logging

/// Sends every log line to standard error; standard output belongs to what a command answers.
enum LogBootstrap {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Children inherit it.
    static let levelVariable = "SIDECAR_LOG_LEVEL"

    /// Once per process, before the first logger is made.
    static func start() throws {
        let level = try level()
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
    }

    static func level() throws -> Logger.Level {
        guard let text = ProcessInfo.processInfo.environment[levelVariable] else { return .info }
        guard let level = Logger.Level(rawValue: text) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure.badConfiguration("\(levelVariable): “\(text)” is none of \(known)")
        }
        return level
    }
}
