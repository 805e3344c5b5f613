package import Gossip
package import Telemetry

package typealias ComputeWakeDesk = WakeDesk<ComputeLocation, WakeFailure>
package typealias ComputeWakeOutcome = WakeOutcome<ComputeLocation, WakeFailure>
package typealias ComputeWakeReply = WakeReply<ComputeLocation, WakeFailure>

extension ComputeLocation: WakeLocation {}

extension WakeFailure: WakeRefusal {
    package static var outOfTime: WakeFailure { WakeFailure(reason: .deadlineExceeded) }

    package static var overloaded: WakeFailure {
        WakeFailure(reason: .rateLimited, detail: "more wakes at one time than this proxy keeps")
    }

    package static func outdated(answered: UInt64, seen: UInt64) -> WakeFailure {
        WakeFailure(
            reason: .temporarilyUnavailable, detail: "answered with generation \(answered), seen was \(seen)")
    }
}

extension ComputeWakeOutcome {
    /// For metrics: `ok` or the reason.
    package var word: String {
        switch self {
        case .ready: EdgeMetrics.success
        case .failed(let failure): failure.reason.rawValue
        }
    }

    package func location() throws(WakeFailure) -> ComputeLocation {
        switch self {
        case .ready(let location): location
        case .failed(let failure): throw failure
        }
    }
}

extension WakeErrand {
    package init(_ session: SessionContext) {
        self.init(
            session: session.id.text, applicationName: session.applicationName, trace: session.trace?.traceparent)
    }

    package var context: SessionContext {
        SessionContext(id: SessionID(session), applicationName: applicationName, trace: traceContext)
    }

    package var traceContext: TraceContext? { trace.flatMap { TraceContext(traceparent: $0) } }
}

/// This process's monotonic clock as the cores count it.
package struct WakeClock: Sendable {
    private let origin: ContinuousClock.Instant
    /// Far from both ends of what can be counted.
    private let start = GossipInstant(nanoseconds: 1 << 40)

    package init(origin: ContinuousClock.Instant = .now) {
        self.origin = origin
    }

    package var now: GossipInstant { self[.now] }

    package subscript(_ instant: ContinuousClock.Instant) -> GossipInstant { start + origin.duration(to: instant) }

    package subscript(_ instant: GossipInstant) -> ContinuousClock.Instant { origin + start.duration(to: instant) }
}
