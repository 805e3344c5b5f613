internal import Glibc
internal import Logging

/// Ends what an earlier Postgres left in a data directory, be it a whole server whose agent was killed or backends whose
/// postmaster was.
struct Leftovers {
    let directory: DataDirectory
    let log: Logger

    /// How long each step may take before the next, harder one.
    static let steps: [(signal: Int32, limit: Duration)] = [
        (SIGINT, .seconds(3)), (SIGQUIT, .seconds(2)), (SIGKILL, .seconds(5)),
    ]
    private static let lookAgain: Duration = .milliseconds(5)

    /// The first step is for a postmaster alone: it ends its backends and writes a checkpoint, so that the next start
    /// need not recover. Backends without one get no such courtesy.
    func end() async throws {
        for path in [directory.path, directory.partialPath, directory.syncPath] {
            guard !ProcessTable.processes(workingIn: path).isEmpty else { continue }
            log.warning("ending what an earlier Postgres left", metadata: ["path": "\(path)"])
            let postmaster = postmasterIdentifier()
            for step in Self.steps {
                let present = ProcessTable.processes(workingIn: path)
                if step.signal == SIGINT {
                    guard let postmaster, present.contains(postmaster) else { continue }
                    ProcessTable.send(step.signal, to: postmaster)
                    // It may stand still, if its agent was killed behind a shut door.
                    ProcessTable.send(SIGCONT, to: postmaster)
                } else {
                    for process in present { ProcessTable.send(step.signal, to: process) }
                }
                if await isEmpty(path, within: step.limit) { break }
            }
            guard ProcessTable.processes(workingIn: path).isEmpty else {
                throw StorageFailure(.leftoversRemain, "\(path): processes of an earlier Postgres do not end")
            }
        }
        // Nobody is in there now, so a pid in this file can only mislead the next postmaster.
        unlink(directory.postmasterPIDPath)
    }

    func postmasterIdentifier() -> Int32? {
        guard let bytes = OwnedFile.read(directory.postmasterPIDPath) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
    }

    private func isEmpty(_ path: String, within limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while clock.now < end {
            if ProcessTable.processes(workingIn: path).isEmpty { return true }
            // A cancelled task looks again without resting; the loop is bounded by its limit either way.
            try? await clock.sleep(for: Self.lookAgain)
        }
        return ProcessTable.processes(workingIn: path).isEmpty
    }
}
