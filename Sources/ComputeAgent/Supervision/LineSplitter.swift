/// Cuts a stream of bytes into lines, none longer than a limit however long the writer's are.
package struct LineSplitter {
    package let limit: Int
    private var pending: [UInt8] = []

    package init(limit: Int = 8 * 1024) {
        self.limit = limit
    }

    /// - Returns: the lines completed by `bytes`, without their ends.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(flush() ?? "")
            } else {
                pending.append(byte)
                if pending.count == limit { flush().map { lines.append($0) } }
            }
        }
        return lines
    }

    /// - Returns: what is left when the stream ends without a line end.
    package mutating func flush() -> String? {
        guard !pending.isEmpty else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return String(decoding: pending, as: UTF8.self)
    }
}
