internal import Gossip

/// What must always hold, looked at where it may have changed.
extension Fleet {
    /// Queues and tables are bounded. Looked at once in a while: the counters are a copy.
    func checkBounds(of host: Int) {
        members[host].handled &+= 1
        guard members[host].handled & 63 == 0, let counters = members[host].node?.core.counters else { return }
        let limits = configuration.gossip
        if counters.spreadQueue > limits.spreadCountLimit || counters.spreadBytes > limits.spreadByteLimit {
            violate(host, "spread queue holds \(counters.spreadQueue) of \(counters.spreadBytes) B")
        }
        if counters.facts > limits.factLimit || counters.floors > limits.floorLimit {
            violate(host, "keeps \(counters.facts) facts and \(counters.floors) floors")
        }
        if counters.tiedVersions > 0, bitFlipsSeen == 0 { violate(host, "two facts of one version") }
    }

    /// Nobody is alive with an incarnation that died, oneself is alive, and everybody is listed once, in order.
    func check(_ reports: [MemberReport], of host: Int) {
        var last: MemberID?
        for report in reports {
            if let last, last >= report.card.name { violate(host, "\(report.card.name) is listed after \(last)") }
            last = report.card.name
            if report.isMe {
                if report.health != .alive, !members[host].isLeaving {
                    violate(host, "holds itself for \(report.health)")
                }
                if report.card.process != members[host].process {
                    violate(host, "believes to be \(report.card.process)")
                }
            } else if let complaint = members[host].ledger.see(report) {
                violate(host, complaint)
            }
        }
        if reports.count > configuration.gossip.memberLimit { violate(host, "knows \(reports.count) members") }
    }
}
