/// Which of a sender's datagrams have been opened: the last 2,048 counters, a bit each (RFC 6479, RFC 4303 §3.4.3).
///
/// Counters start at 1. Reordering within the window is fine; a counter is fresh once.
package struct ReplayWindow: Sendable, Equatable {
    /// In counters.
    package static let width: UInt64 = 2048

    package enum Verdict: Equatable, Sendable {
        case fresh
        case seen
        /// Below the window: nobody knows any more.
        case tooOld
    }

    /// The bit of counter `c` is bit `c % 2048`; those above `highest` are clear.
    private var words = [UInt64](repeating: 0, count: Int(width / 64))
    private var highest: UInt64 = 0

    package init() {}

    /// Of a sender nothing was opened of.
    static let empty = ReplayWindow()

    package func verdict(on counter: UInt64) -> Verdict {
        if counter > highest { return .fresh }
        guard counter > 0, highest - counter < Self.width else { return .tooOld }
        let (word, bit) = Self.place(of: counter)
        return words[word] & bit == 0 ? .fresh : .seen
    }

    /// To be called only for a datagram that has proved authentic: a forged counter would shut its owner out.
    package mutating func record(_ counter: UInt64) {
        if counter > highest {
            if counter - highest >= Self.width {
                words = [UInt64](repeating: 0, count: words.count)
            } else {
                for passed in highest + 1..<counter { clear(passed) }
            }
            highest = counter
        }
        guard highest - counter < Self.width else { return }
        let (word, bit) = Self.place(of: counter)
        words[word] |= bit
    }

    private mutating func clear(_ counter: UInt64) {
        let (word, bit) = Self.place(of: counter)
        words[word] &= ~bit
    }

    private static func place(of counter: UInt64) -> (word: Int, bit: UInt64) {
        let index = counter % width
        return (Int(index / 64), 1 << (index % 64))
    }
}
