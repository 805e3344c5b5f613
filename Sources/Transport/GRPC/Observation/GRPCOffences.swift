package import GRPCLite
package import Telemetry

extension OffenceCounters {
    /// Counts into `sidecar_grpc_offences_total`, whose series are all there from the start.
    package convenience init(_ registry: MetricRegistry) {
        let counters = Dictionary(
            uniqueKeysWithValues: HTTP2Offence.allCases.map { offence in
                let counter = registry.counter(
                    "sidecar_grpc_offences_total",
                    help: "What clients of gRPC did that they must not, by the rule that they broke.",
                    labels: [("offence", offence.rawValue)])
                return (offence, counter)
            })
        self.init { counters[$0]?.add() }
    }
}
