internal import Foundation

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

    func report() {
        FileHandle.standardError.write(Data("sidecar: \(message)\n".utf8))
    }
}
