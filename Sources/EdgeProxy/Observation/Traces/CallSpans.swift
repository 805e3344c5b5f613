internal import GRPCLite
internal import Telemetry
internal import Transport

extension Tracer {
    /// Spans of the fleet's own calls, one at each end.
    var calls: GRPCTraces {
        let clock = SpanClock()
        return GRPCTraces(child: { self.child(of: $0) }) { call in
            let ended = ContinuousClock.now
            self.record(call.context) {
                TraceSpan(
                    call.context, parent: call.parent, name: call.name, kind: call.kind,
                    startUnixNanos: clock.unixNanos(at: call.began), endUnixNanos: clock.unixNanos(at: ended),
                    attributes: [
                        .init("rpc.system", .text("grpc")),
                        .init("rpc.grpc.status_code", .number(Int64(call.status.code.rawValue))),
                    ],
                    failure: call.status.code == .ok ? nil : "\(call.status.code)")
            }
        }
    }
}
