/// Cuts a watch's bytes into lines, one event each.
package struct WatchLines: Sendable {
    /// Bytes of one line. etcd keeps no object above 1.5 MB, and JSON makes it somewhat longer.
    package static let limit = 4 << 20

    package struct TooLong: Error, Equatable {}

    private var pending: [UInt8] = []
    private let limit: Int

    package init(limit: Int = Self.limit) {
        self.limit = limit
    }

    /// - Returns: the lines that these bytes complete, without their ends and without empty ones.
    package mutating func take(_ bytes: some Collection<UInt8>) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            try append(rest[..<end])
            if !pending.isEmpty { lines.append(pending) }
            pending.removeAll(keepingCapacity: true)
            rest = rest[rest.index(after: end)...]
        }
        try append(rest)
        return lines
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(TooLong) {
        guard pending.count + bytes.count <= limit else { throw TooLong() }
        pending.append(contentsOf: bytes)
    }
}
