import Foundation
import GRPCLite
import Testing
import Transport

/// docs/grpc.md beside the code: every limit with its default, and every count.
@Suite struct GRPCLimitsTests {
    private let lines: [Substring]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "docs/grpc.md"), encoding: .utf8)
        lines = text.split(separator: "\n")
    }

    @Test(arguments: [GRPCListenerLimits(), ConnectionLimits(), HTTP2Limits()] as [any Sendable])
    func `every limit is written down with its default`(limits: any Sendable) throws {
        let fields = Mirror(reflecting: limits).children
        #expect(fields.count > 5)
        for child in fields {
            let name = try #require(child.label)
            let words = Self.words(for: child.value)
            #expect(
                lines.contains { $0.contains("\(name)`") && (words.isEmpty || $0.contains(words)) },
                "docs/grpc.md has no line with `\(name)` and “\(words)”")
        }
    }

    @Test(arguments: HTTP2Offence.allCases) func `every count is written down`(offence: HTTP2Offence) {
        #expect(lines.contains { $0.contains("`\(offence.rawValue)`") })
    }

    /// As the page says it; nothing for what has parts of its own.
    private static func words(for value: Any) -> String {
        switch value {
        case let count as Int: bytes(count)
        case let count as Int32: "2^\(count.trailingZeroBitCount)"
        case let duration as Duration: "\(duration.components.seconds) s"
        case Optional<Duration>.none: "off"
        case let rate as RateLimit: "\(grouped(rate.burst)) at once, then \(grouped(rate.perSecond)) a second"
        default: ""
        }
    }

    private static func bytes(_ count: Int) -> String {
        switch count {
        case let count where count >= 1 << 20 && count % (1 << 20) == 0: "\(count >> 20) MiB"
        case let count where count > 4 << 10 && count % (1 << 10) == 0: "\(count >> 10) KiB"
        default: grouped(count)
        }
    }

    private static func grouped(_ count: Int) -> String {
        count < 1000 ? "\(count)" : "\(count / 1000)," + String(1000 + count % 1000).dropFirst()
    }
}
