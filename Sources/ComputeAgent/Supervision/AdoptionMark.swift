/// Which Postgres an agent may take over from one that is gone: its own compute's, of its own generation, and this very
/// process. Kept beside the data directory while that Postgres runs.
struct AdoptionMark: Equatable, Sendable {
    var computeID: String
    var generation: UInt64
    var process: Int32
    /// When the process began, in the kernel's ticks: an identifier alone may be somebody else's by now.
    var beginning: UInt64

    init(computeID: String, generation: UInt64, process: Int32, beginning: UInt64) {
        self.computeID = computeID
        self.generation = generation
        self.process = process
        self.beginning = beginning
    }

    /// - Returns: `nil` for anything but a mark.
    init?(text: String) {
        let words = text.split(separator: "\n")
        guard words.count == 4, let generation = UInt64(words[1]), let process = Int32(words[2]), process > 1,
            let beginning = UInt64(words[3])
        else { return nil }
        self.init(computeID: String(words[0]), generation: generation, process: process, beginning: beginning)
    }

    var text: String { "\(computeID)\n\(generation)\n\(process)\n\(beginning)\n" }

    /// Whether it is that process, still.
    var isAlive: Bool { ProcessTable.beginning(of: process) == beginning }
}
