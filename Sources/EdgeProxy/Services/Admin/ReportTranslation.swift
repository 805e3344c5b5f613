internal import Gossip
package import SidecarAPI

// What agents told, as `sidecar.admin.v1` tells it. Without secrets: it is kept without.

extension AdminV1.ReportedCompute {
    package init(_ told: ReportedComputes.Told, now: ContinuousClock.Instant) {
        let details = told.details
        self.init(
            generation: details.version.generation, sequence: details.version.sequence,
            ageMillis: told.at.duration(to: now).wholeMillis, pageserver: details.pageserver,
            pageserverRefused: details.refused, scaleRequest: details.scaleRequest)
    }
}
