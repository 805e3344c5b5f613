/// When a starting Postgres accepts connections: the last line of `postmaster.pid` says so before the first client can.
enum Readiness {
    private static let lookAgain: Duration = .milliseconds(3)

    /// - Parameter limit: for the start, recovery included.
    /// - Throws: `PostgresStartFailure` when it ends first or takes longer than `limit`; `CancellationError`.
    static func wait(for process: PostgresProcess, in directory: DataDirectory, limit: Duration) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while clock.now < end {
            if let exit = process.exited {
                throw PostgresStartFailure(description: "postgres did not start: \(exit)")
            }
            if isReady(OwnedFile.read(directory.postmasterPIDPath), identifier: process.identifier) {
                return process.noteServing()
            }
            // The exit ends this rest early.
            _ = await process.waitForExit(atMost: lookAgain)
            try Task.checkCancellation()
        }
        throw PostgresStartFailure(description: "postgres was not ready within \(limit)")
    }

    /// - Parameter identifier: the file must be this process's own, not one that an earlier Postgres left.
    static func isReady(_ file: [UInt8]?, identifier: Int32) -> Bool {
        guard let file else { return false }
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
        guard let first = lines.first, let last = lines.last, Int32(first) == identifier else { return false }
        return last.split(separator: " ").joined() == "ready"
    }
}
