/// What `postgres --sync-safekeepers` prints when it is done: one line, the LSN.
package enum SyncOutput {
    /// Bytes of it that are read.
    package static let byteLimit = 1024

    /// - Returns: `nil` unless it is that line and nothing else.
    package static func lsn(in output: String) -> LSN? {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 1 || (lines.count == 2 && lines[1].isEmpty) else { return nil }
        return LSN(lines[0])
    }
}
