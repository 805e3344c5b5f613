internal import Foundation
internal import Logging

/// Sends every log line to standard error; standard output belongs to what a command answers.
enum LogBootstrap {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
    static let levelVariable = "SIDECAR_LOG_LEVEL"

    /// Once per process, before the first logger is made.
    static func start() {
        let level = ProcessInfo.processInfo.environment[levelVariable].flatMap { Logger.Level(rawValue: $0) } ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
    }
}
