package import Transport

/// Addresses that may connect, as their owner wrote them down. An empty list is no rule.
package struct AllowList: Equatable, Sendable {
    /// As they were written.
    package let entries: [String]
    private let ranges: [IPRange]
    /// Entries that are no address, prefix or range. They never match, so a list of nothing else lets nobody in: whoever
    /// wrote one meant to keep somebody out.
    package let unreadable: [String]

    package init(_ entries: [String] = []) {
        let read = entries.map { ($0, IPRange($0)) }
        self.entries = entries
        ranges = read.compactMap(\.1)
        unreadable = read.filter { $0.1 == nil }.map(\.0)
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// - Parameter address: `nil` for one that is not known, which no entry matches.
    package func allows(_ address: IPAddress?) -> Bool {
        guard !isEmpty else { return true }
        guard let address else { return false }
        return ranges.contains { $0.contains(address) }
    }
}
