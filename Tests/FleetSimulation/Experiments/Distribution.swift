/// Many measured times, and what lies where among them.
package struct Distribution: Sendable {
    private var values: [UInt64] = []

    package init() {}

    package var count: Int { values.count }

    package mutating func record(_ value: Span) { values.append(value.nanoseconds) }

    /// - Returns: zero when nothing was recorded.
    package func percentiles(_ shares: [Double]) -> [Span] {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return shares.map { _ in .zero } }
        return shares.map { Span(nanoseconds: sorted[min(sorted.count - 1, Int(Double(sorted.count) * $0))]) }
    }

    /// `p50 2.1 ms, p99 13.0 ms, max 14.2 ms (300)`.
    package var summary: String {
        let parts = percentiles([0.5, 0.99, 1]).map { Self.milliseconds($0) }
        return "p50 \(parts[0]) ms, p99 \(parts[1]) ms, max \(parts[2]) ms (\(count))"
    }

    /// One decimal, the same in every locale.
    package static func milliseconds(_ span: Span) -> String {
        let tenths = (span.nanoseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
