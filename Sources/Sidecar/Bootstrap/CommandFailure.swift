internal import SystemPackage

/// Why a command ends with another exit code than 0, in one line that says what to do.
struct CommandFailure: Error {
    var exitCode: Int32
    var message: String

    /// A setting that cannot be used: names the field and where it came from.
    static func badConfiguration(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: 2, message: message)
    }

    static func failed(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: 1, message: message)
    }

    /// With the source of a value in front, where it was not the command line.
    func naming(_ settings: [Setting]) -> CommandFailure {
        guard exitCode == 2,
            let setting = settings.first(where: { message.hasPrefix("--\($0.name):") && $0.origin != .flag })
        else { return self }
        return .badConfiguration("\(setting.origin): \(message)")
    }

    func report() {
        // Nobody may be reading.
        try? FileDescriptor.standardError.write(line: "sidecar: \(message)")
    }
}
