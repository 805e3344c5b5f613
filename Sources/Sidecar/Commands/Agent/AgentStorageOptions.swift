internal import ArgumentParser
internal import ComputeAgent

/// For computes whose data is in pageservers and safekeepers.
struct AgentStorageOptions: ParsableArguments {
    @Option(
        help: """
            Program that synchronizes safekeepers which do not agree, called with --sync-safekeepers. Default: the \
            postgres program.
            """)
    var syncSafekeepersProgram: String?

    @Option(help: "How long one safekeeper may take to say where its log ends.")
    var safekeeperLimit = DurationArgument(milliseconds: 100)

    @Option(help: "How long that program may take.")
    var syncSafekeepersLimit = DurationArgument(seconds: 60)

    @Option(help: "Authorities (PEM) for pageservers whose address asks for TLS.")
    var storageCAFile: String?

    @Option(help: "MiB that a base backup may have, unpacked.")
    var basebackupLimit = 65_536

    @Option(help: "How long a pageserver may send nothing before another one is asked.")
    var basebackupSilenceLimit = DurationArgument(seconds: 60)

    @Option(help: "How long one base backup may take from its beginning to its end before another pageserver is asked.")
    var basebackupTimeLimit = DurationArgument(seconds: 600)

    func apply(to options: inout StorageOptions) throws {
        guard basebackupLimit > 0, basebackupLimit <= 1 << 30 else {
            throw CommandFailure.badConfiguration("--basebackup-limit: must be 1 to 1073741824 MiB")
        }
        if let program = syncSafekeepersProgram, !program.hasPrefix("/") {
            throw CommandFailure.badConfiguration("--sync-safekeepers-program: \(program) is not an absolute path")
        }
        options.syncProgram = syncSafekeepersProgram
        options.trustFile = storageCAFile
        options.basebackup.sizeLimit = basebackupLimit << 20
        options.safekeeperLimit = try duration(of: safekeeperLimit, "--safekeeper-limit")
        options.syncLimit = try duration(of: syncSafekeepersLimit, "--sync-safekeepers-limit")
        options.basebackup.wholeLimit = try duration(of: basebackupTimeLimit, "--basebackup-time-limit")
        options.basebackup.silenceLimit = try duration(of: basebackupSilenceLimit, "--basebackup-silence-limit")
    }

    private func duration(of argument: DurationArgument, _ name: String) throws -> Duration {
        guard let duration = argument.duration else {
            throw CommandFailure.badConfiguration("\(name): must be a time, such as 60s")
        }
        return duration
    }
}
