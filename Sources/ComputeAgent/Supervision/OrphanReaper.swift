internal import Glibc
internal import Logging

/// Takes in processes that lose their parent, as the first process of a container has to, and takes note of their ends.
///
/// Our own children are waited for by whoever started them, within moments of their end; what is still there a while
/// later as a process that has ended is nobody's, and would stay so for ever.
struct OrphanReaper: AgentPart {
    let pause: Duration
    let log: Logger

    init(pause: Duration = .seconds(5), log: Logger) {
        self.pause = pause
        self.log = log
    }

    func run() async {
        var seen: Set<Int32> = []
        while !Task.isCancelled {
            let ended = Set(ProcessTable.endedChildren())
            for orphan in ended.intersection(seen).sorted() {
                var status: Int32 = 0
                guard waitpid(orphan, &status, WNOHANG) == orphan else { continue }
                log.debug("an orphan has ended", metadata: ["pid": "\(orphan)"])
            }
            seen = ended.subtracting(seen)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }
}
