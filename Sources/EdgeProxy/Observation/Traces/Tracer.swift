internal import FoundationEssentials
package import Telemetry

/// Begins traces and takes their spans. Without it, or for a trace that nobody records, spans cost nothing.
package final class Tracer: Sendable {
    /// Bits of a trace's id that decide on its recording: the same at every proxy, and random by W3C's rule (§3.2.2.3).
    private static let chanceBits: UInt64 = 56

    /// `nil`: nothing is recorded.
    private let queue: BatchQueue<TraceSpan>?
    private let bound: UInt64
    private let isOn: Bool

    /// - Parameters:
    ///   - ratio: of traces that are recorded, 0 to 1. `nil`: no traces at all, and nobody is told of one.
    ///   - queue: where spans go. `nil`: traces are begun, and told to those who are asked, for them to record.
    package init(ratio: Double?, queue: BatchQueue<TraceSpan>?) {
        self.queue = queue
        isOn = ratio != nil
        bound = UInt64(min(max(ratio ?? 0, 0), 1) * Double(1 << Self.chanceBits))
    }

    package static let off = Tracer(ratio: nil, queue: nil)

    /// The first span of a new trace; `nil` when there are no traces.
    package func begin() -> TraceContext? {
        guard isOn else { return nil }
        let low = UInt64.random(in: 1 ... .max)
        guard let trace = TraceID(high: .random(in: 0 ... .max), low: low) else { return nil }
        return TraceContext(
            trace: trace, span: Self.freshSpan(), isSampled: low & (1 << Self.chanceBits - 1) < bound)
    }

    /// A span below another one.
    package func child(of parent: TraceContext) -> TraceContext {
        TraceContext(trace: parent.trace, span: Self.freshSpan(), isSampled: parent.isSampled)
    }

    /// - Parameter span: made only when somebody records its trace.
    package func record(_ context: TraceContext, _ span: () -> TraceSpan) {
        guard let queue, context.isSampled else { return }
        queue.append(span())
    }

    private static func freshSpan() -> SpanID {
        while true {
            if let span = SpanID(bits: .random(in: 1 ... .max)) { return span }
        }
    }
}

/// Both clocks at one moment: spans are measured by the one that never jumps, and told by the one that others have too.
struct SpanClock: Sendable {
    let began = ContinuousClock.now
    private let beganUnixNanos = UInt64(max(0, Date().timeIntervalSince1970) * 1e9)

    /// Nanoseconds since 1970-01-01 UTC.
    func unixNanos(at instant: ContinuousClock.Instant = .now) -> UInt64 {
        UInt64(clamping: Int64(beganUnixNanos) + began.duration(to: instant).wholeNanoseconds)
    }
}
