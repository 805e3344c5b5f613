internal import Glibc
internal import Logging
internal import Synchronization

/// The transitions of one compute on disk, each before anybody hears of it, so that an agent that is killed and started
/// again goes on with the next number and tells what had not been told.
///
/// It survives the process, not the machine: what is lost with the machine is a generation that ends anyway, so nothing is
/// synced.
final class ReportJournal: Sendable {
    private static let sizeLimit = 16 << 20

    private let path: String
    private let kept: Mutex<TransitionLog>
    private let read: @Sendable ([UInt8]?) -> TransitionLog
    private let log: Logger

    /// - Parameters:
    ///   - path: a file that is this compute's alone; what another compute or generation left is replaced.
    ///   - limit: transitions that are kept, as many as a queue keeps.
    init(path: String, computeID: String, generation: UInt64, limit: Int, log: Logger) {
        self.path = path
        self.log = log
        read = { found in
            TransitionLog(computeID: computeID, generation: generation, limit: limit, found: found)
        }
        kept = Mutex(read(nil))
    }

    /// Takes up what an earlier agent left. Once, before anything is said, and when no other agent writes there any more.
    func takeUp() {
        kept.withLock { kept in
            kept = read(OwnedFile.read(path, limit: Self.sizeLimit))
            if !write(.replace(kept.text)) { kept.writingFailed() }
        }
    }

    /// Oldest first.
    var transitions: [Transition] { kept.withLock(\.transitions) }

    /// Returns when it is in the file, or cannot be had there: reports go on without, for a full disk must not silence an
    /// agent. The next one tries again to write down all of them.
    func append(_ transition: Transition) {
        kept.withLock { kept in
            if !write(kept.append(transition)) { kept.writingFailed() }
        }
    }

    /// - Returns: whether all of it was written.
    private func write(_ writing: TransitionLog.Writing) -> Bool {
        let isWritten =
            switch writing {
            case .append(let bytes): append(bytes)
            case .replace(let bytes):
                (try? OwnedFile.write(bytes, to: path, owner: nil)) != nil
            }
        if !isWritten {
            log.warning("transitions are not kept on disk", metadata: ["path": "\(path)", "errno": "\(errno)"])
        }
        return isWritten
    }

    private func append(_ bytes: [UInt8]) -> Bool {
        let file = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return Glibc.write(file, bytes, bytes.count) == bytes.count
    }
}
