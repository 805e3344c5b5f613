/// A line of standard input.
enum Command: Equatable {
    /// An endpoint of its own, with this version.
    case publish(UInt64)
    /// So many a second, evenly, for so many seconds; numbered on from the last one published.
    case rate(perSecond: Int, seconds: Int)
    case members, counters
    /// Says goodbye, then ends.
    case leave
    /// Ends without a word.
    case quit

    /// - Returns: `nil` for a line that is none of these.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        switch (words.first, words.count) {
        case ("publish", 2):
            guard let version = UInt64(words[1]), version > 0 else { return nil }
            self = .publish(version)
        case ("rate", 3):
            guard let perSecond = Int(words[1]), let seconds = Int(words[2]),
                (1...100_000).contains(perSecond), (1...3600).contains(seconds)
            else { return nil }
            self = .rate(perSecond: perSecond, seconds: seconds)
        case ("members", 1): self = .members
        case ("counters", 1): self = .counters
        case ("leave", 1): self = .leave
        case ("quit", 1): self = .quit
        default: return nil
        }
    }
}
