package import GRPCLite
internal import TLSEngine
package import Telemetry

extension OffenceCounters {
    /// Who broke the rules.
    package enum Peer: String {
        /// Of a listener of ours.
        case client
        /// Of a channel of ours.
        case server
    }

    /// Counts into `sidecar_grpc_offences_total`, whose series are all there from the start.
    package convenience init(_ registry: MetricRegistry, of peer: Peer) {
        let counters = Dictionary(
            uniqueKeysWithValues: HTTP2Offence.allCases.map { offence in
                let counter = registry.counter(
                    "sidecar_grpc_offences_total",
                    help:
                        "What the other sides of gRPC connections did that they must not, by the rule that they broke.",
                    labels: [("peer", peer.rawValue), ("offence", offence.rawValue)])
                return (offence, counter)
            })
        self.init { counters[$0]?.add() }
    }

    /// Counts a connection that was not begun. Whoever hangs up before it is has broken no rule.
    func handshakeFailed(_ error: any Error) {
        let breaksRules =
            switch error {
            case let failure as TLSFailure: ![.truncated, .refusedByPeer, .unusable].contains(failure.reason)
            case let failure as GRPCTransportFailure: failure != .closed
            // The socket's own.
            default: false
            }
        if breaksRules { count(.badHandshake) }
    }
}
