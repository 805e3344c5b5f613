internal import EdgeProxy
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Synchronization
internal import Telemetry

/// Sends every log line to standard error; standard output belongs to what a command answers.
enum LogBootstrap {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`. Children inherit it.
    static let levelVariable = "SIDECAR_LOG_LEVEL"
    private static let usual = Logger.Level.info

    /// What each logger writes, for whoever wants more or less of it while the process runs.
    ///
    /// An operator's calls are written down at any level, unless somebody says otherwise of them in particular.
    static let levels = LogLevels(
        LogLevelTable(base: (try? level()) ?? usual, pinned: [AuditLog.label: .info]))

    /// `json` or `text`. Children inherit it.
    static let formatVariable = "SIDECAR_LOG_FORMAT"
    /// What Neon's proxy calls it.
    static let oldFormatVariable = "LOGFMT"
    /// Whose children's logs are files for people.
    private static let commandForPeople = "up"

    private static let isJSON = Atomic<Bool>(false)

    /// How this process writes its lines.
    static var format: LogLine.Format { isJSON.load(ordering: .relaxed) ? .json : .text }

    /// Once per process, before the first logger is made.
    static func start() throws {
        _ = try level()
        use(givenFormat(in: []))
        LoggingSystem.bootstrap { label in
            AdjustableLogHandler(
                LineLogHandler(to: .standardError, label: label, logLevel: .trace), label: label, levels: levels)
        }
    }

    /// The command line is whole by now: takes the format from it, and passes it on to children.
    ///
    /// - Parameter arguments: those that came from variables and files included.
    static func settle(_ arguments: [String], command: String) {
        let given = givenFormat(in: arguments)
        use(given)
        let forChildren = given ?? (command == commandForPeople ? .text : nil)
        if let forChildren { setenv(formatVariable, forChildren.rawValue, 1) }
    }

    /// How parts of “up” that have a log of their own write it.
    static var childFormat: LogLine.Format { givenFormat(in: []) ?? .text }

    private static func use(_ given: LogLine.Format?) {
        isJSON.store((given ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)) == .json, ordering: .relaxed)
    }

    /// What is no format at all is the argument parser's to complain about.
    private static func givenFormat(in arguments: [String]) -> LogLine.Format? {
        let option = "--log-format"
        var words = arguments.enumerated().compactMap { index, argument -> String? in
            if argument == option { return arguments.dropFirst(index + 1).first }
            return argument.hasPrefix(option + "=") ? String(argument.dropFirst(option.count + 1)) : nil
        }
        let environment = ProcessInfo.processInfo.environment
        words += [formatVariable, oldFormatVariable].compactMap { environment[$0] }
        return words.first.flatMap { LogLine.Format(rawValue: $0) }
    }

    static func level() throws -> Logger.Level {
        guard let text else { return usual }
        guard let level = Logger.Level(rawValue: text) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure.badConfiguration("\(levelVariable): “\(text)” is none of \(known)")
        }
        return level
    }

    /// For `sidecar admin config`; what an operator has changed since is told by `log-level`.
    static var setting: EffectiveSetting {
        EffectiveSetting(
            name: "log-level", value: text ?? usual.rawValue,
            origin: text == nil ? EffectiveSetting.byDefault : levelVariable)
    }

    private static var text: String? { ProcessInfo.processInfo.environment[levelVariable] }
}
