/// Which base backup.
struct BasebackupRequest: Sendable {
    var timeline: RemoteTimeline
    /// `nil`, or zero: the newest there is.
    var lsn: LSN?

    private var wantedLSN: LSN? { lsn.flatMap { $0.rawValue == 0 ? nil : $0 } }

    /// For a compute that does not write, without what belongs to the primary.
    var isReplica: Bool { timeline.mode != .primary }
    /// As gRPC wants it; 0 is the newest.
    var lsnNumber: UInt64 { wantedLSN?.rawValue ?? 0 }

    /// What a pageserver is told over PostgreSQL's protocol.
    var command: String {
        let place = wantedLSN.map { " \($0)" } ?? ""
        return "basebackup \(timeline.tenantID) \(timeline.timelineID)\(place) --gzip" + (isReplica ? " --replica" : "")
    }
}
