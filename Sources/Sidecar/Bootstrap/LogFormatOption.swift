internal import ArgumentParser
internal import Telemetry

/// `--log-format`, which ``LogBootstrap`` looks for before anything is parsed.
struct LogFormatOption: ParsableArguments {
    @Option(help: "How log lines are written: json or text. (default: text on a terminal, else json; under “up” text)")
    var logFormat: LogLine.Format?
}

extension LogLine.Format: ExpressibleByArgument {}
