/// Where one target of reports may be reached: at any one of its addresses.
package struct ReportAddresses: Equatable, Sendable, CustomStringConvertible {
    package let first: HostAndPort
    package let others: [HostAndPort]

    /// `host:port`, several parted by `|`.
    ///
    /// - Returns: `nil` when one of them is no address, or there is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map { HostAndPort(String($0)) }
        guard let first = parts.first ?? nil, !parts.contains(where: { $0 == nil }) else { return nil }
        self.init(first, others: parts.dropFirst().compactMap(\.self))
    }

    package init(_ first: HostAndPort, others: [HostAndPort] = []) {
        self.first = first
        self.others = others
    }

    package var all: [HostAndPort] { [first] + others }

    package var description: String { all.map(\.description).joined(separator: "|") }
}
