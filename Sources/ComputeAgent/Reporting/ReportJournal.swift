internal import Glibc
internal import Gossip
internal import Logging
internal import Synchronization

/// The transitions of one compute on disk, each before anybody hears of it, so that an agent that is killed and started
/// again goes on with the next number and tells what had not been told.
///
/// It survives the process, not the machine: what is lost with the machine is a generation that ends anyway, so nothing is
/// synced. The file holds at most twice `limit` transitions.
final class ReportJournal: Sendable {
    /// Transitions that are kept, as many as a queue keeps.
    private let limit: Int
    private let path: String
    private let header: String
    private let log: Logger
    private let kept = Mutex<[Transition]>([])
    /// Lines in the file, the header aside.
    private let lineCount = Mutex(0)

    /// - Parameter path: a file that is this compute's alone; what another compute or generation left is replaced.
    init(path: String, computeID: String, generation: UInt64, limit: Int, log: Logger) {
        self.path = path
        self.limit = max(1, limit)
        self.log = log
        header = "\(computeID) \(generation)"
        let lines = (OwnedFile.read(path, limit: 16 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var rest = lines.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard rest.popFirst().map(String.init) == header else {
            write([])
            return
        }
        // A line that was cut off by the end of the process was told to nobody.
        let found = rest.dropLast().compactMap { TransitionText.read(String($0)) }
            .filter { $0.version.generation == generation }
        kept.withLock { $0 = found.suffix(self.limit) }
        write(Array(found.suffix(self.limit)))
    }

    /// Oldest first.
    var transitions: [Transition] { kept.withLock { $0 } }

    func append(_ transition: Transition) {
        let all = kept.withLock { kept in
            kept.append(transition)
            if kept.count > limit { kept.removeFirst(kept.count - limit) }
            return kept
        }
        let isFull = lineCount.withLock { count in
            count += 1
            return count > limit * 2
        }
        if isFull { return write(all) }
        let file = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return complain() }
        defer { close(file) }
        let bytes = Array((TransitionText.write(transition) + "\n").utf8)
        if Glibc.write(file, bytes, bytes.count) != bytes.count { complain() }
    }

    private func write(_ transitions: [Transition]) {
        lineCount.withLock { $0 = transitions.count }
        let text = ([header] + transitions.map(TransitionText.write)).joined(separator: "\n") + "\n"
        do {
            try OwnedFile.write(text, to: path, owner: nil)
        } catch {
            complain()
        }
    }

    /// Reports go on without: a full disk must not silence an agent.
    private func complain() {
        log.warning("transitions are not kept on disk", metadata: ["path": "\(path)", "errno": "\(errno)"])
    }
}
