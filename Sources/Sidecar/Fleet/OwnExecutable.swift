internal import FoundationEssentials

/// The program that runs, for starting it once more as something else.
enum OwnExecutable {
    static func path() throws -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw CommandFailure.failed("/proc/self/exe cannot be read, so that no other process can be started")
        }
        // What a program that was replaced since it started is called.
        let replaced = " (deleted)"
        return path.hasSuffix(replaced) ? String(path.dropLast(replaced.count)) : path
    }
}
