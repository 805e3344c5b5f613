/// Names a trace: 16 bytes, not all zero. W3C Trace Context, §3.2.2.3.
package struct TraceID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// - Returns: `nil` for all zero, which names nothing.
    package init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// - Parameter text: as ``text`` has it; `nil` for anything else.
    package init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 32, let high: UInt64 = Hex.number(bytes[..<16]), let low: UInt64 = Hex.number(bytes[16...])
        else { return nil }
        self.init(high: high, low: low)
    }

    /// 32 hexadecimal digits.
    package var text: String { Hex.text(high) + Hex.text(low) }
    package var bytes: [UInt8] { Hex.bytes(high) + Hex.bytes(low) }
}

/// Names a span in its trace: 8 bytes, not all zero. W3C Trace Context, §3.2.2.4.
package struct SpanID: Hashable, Sendable {
    package let bits: UInt64

    /// - Returns: `nil` for all zero, which names nothing.
    package init?(bits: UInt64) {
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    /// 16 hexadecimal digits.
    package var text: String { Hex.text(bits) }
    package var bytes: [UInt8] { Hex.bytes(bits) }
}

/// Which trace something belongs to, and which span of it: what one process tells another. W3C Trace Context, §3.2.
package struct TraceContext: Hashable, Sendable {
    package var trace: TraceID
    package var span: SpanID
    /// Somebody records this trace.
    package var isSampled: Bool

    /// The header's name; also of the gRPC metadata.
    package static let header = "traceparent"
    private static let sampledFlag: UInt8 = 1
    /// `00-` 32 digits `-` 16 digits `-` 2 digits
    private static let length = 55

    package init(trace: TraceID, span: SpanID, isSampled: Bool) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
    }

    /// - Parameter traceparent: of version 00, or of a later one, of which what this one knows is read (§3.2.4).
    /// - Returns: `nil` for what is malformed: then a trace begins anew.
    package init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= Self.length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Hex.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == Self.length : bytes.count == Self.length || bytes[Self.length] == dash,
            let high = Hex.number(bytes[3..<19]), let low = Hex.number(bytes[19..<35]),
            let trace = TraceID(high: high, low: low),
            let span = Hex.number(bytes[36..<52]).flatMap({ SpanID(bits: $0) }),
            let flags = Hex.number(bytes[53..<55])
        else { return nil }
        self.init(trace: trace, span: span, isSampled: UInt8(flags) & Self.sampledFlag != 0)
    }

    /// The header's value.
    package var traceparent: String { "00-\(trace.text)-\(span.text)-\(isSampled ? "01" : "00")" }
}

/// Fixed widths, lower case: W3C demands both.
private enum Hex {
    static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Big-endian.
    static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
