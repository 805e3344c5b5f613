internal import Telemetry

/// What figures mean for an installation. Pure: whoever looks brings what it has seen.
package enum Judgements {
    private static let day: Int64 = 86_400
    /// Days before its end at which a certificate should have been renewed, and at which it must be.
    private static let renewalDays: Int64 = 30
    private static let urgentDays: Int64 = 7
    /// Seconds. Members that differ by 300 take each other for another time's.
    private static let clockWarning: Int64 = 10
    private static let clockFailure: Int64 = 120

    /// - Parameter notAfter: seconds since 1970, as `now`.
    package static func certificate(_ subject: String, notAfter: Int64, now: Int64) -> Finding {
        let days = (notAfter - now) / day
        let advice = "renew it: docs/operations.md, “Rotation”"
        if notAfter <= now { return Finding(subject, .failure, "has ended", advice: advice) }
        if days < urgentDays { return Finding(subject, .failure, "ends in \(days) days", advice: advice) }
        if days < renewalDays { return Finding(subject, .warning, "ends in \(days) days", advice: advice) }
        return Finding(subject, .fine, "fits its key and ends in \(days) days")
    }

    /// - Parameters:
    ///   - said: the other side's time, seconds since 1970, between `before` and `after` of ours.
    package static func clock(_ subject: String, said: Int64, before: Int64, after: Int64) -> Finding {
        // A whole second is lost in the header, and either clock may be within it.
        let off = said < before - 1 ? before - 1 - said : max(0, said - after - 1)
        let advice = "set the clocks of both nodes by NTP"
        if off > clockFailure { return Finding(subject, .failure, "the clocks differ by \(off) s", advice: advice) }
        if off > clockWarning { return Finding(subject, .warning, "the clocks differ by \(off) s", advice: advice) }
        return Finding(subject, .fine, off == 0 ? "the clocks agree" : "the clocks differ by \(off) s")
    }

    /// What a proxy's metrics say of gossip: datagrams and streams both ways, and how many members it sees.
    ///
    /// - Parameter page: in Prometheus' text format.
    package static func gossip(_ subject: String, page: String) -> Finding {
        let alive = value("sidecar_gossip_members{health=\"alive\"}", in: page)
        let wanted = value("sidecar_gossip_replicas_wanted", in: page)
        let byStream = value("sidecar_gossip_stream_only_members", in: page)
        guard let alive else {
            return Finding(subject, .warning, "has no gossip", advice: "give it --gossip-key-file and --join")
        }
        if let byStream, byStream > 0 {
            return Finding(
                subject, .failure, "reaches \(byStream) members by TCP alone",
                advice: "let UDP 7946 through between proxies, both ways")
        }
        if let wanted, alive < wanted {
            return Finding(
                subject, .failure, "sees \(alive) of \(wanted) proxies",
                advice: "compare SIDECAR_CLUSTER and gossip keys; let UDP 7946 and TCP 7002 through between proxies")
        }
        if value("sidecar_gossip_synced", in: page) == 0 {
            return Finding(
                subject, .failure, "has not all that the others know",
                advice: "let TCP 7002 through between proxies; look at the log for refused certificates")
        }
        return Finding(subject, .fine, "sees \(alive) proxies, and knows what they know")
    }

    /// The certificates that a process says it uses.
    ///
    /// - Parameter page: its metrics, in Prometheus' text format.
    package static func certificates(of subject: String, page: String, now: Int64) -> [Finding] {
        series(MetricRegistry.certificateEnds, in: page).map { labels, end in
            certificate("certificate “\(labels["name"] ?? "")” of \(subject)", notAfter: Int64(end), now: now)
        }
    }

    /// Whether those who work together are of one build.
    ///
    /// - Parameter own: of whoever asks.
    package static func build(of subject: String, page: String, own: String) -> Finding {
        let subject = "build of \(subject)"
        guard let build = series(Build.metric, in: page).first?.labels["build_tag"] else {
            return Finding(
                subject, .warning, "is not said", advice: "is this a proxy, control plane or agent of sidecar?")
        }
        guard build == own else {
            return Finding(
                subject, .warning, "\(build), and this is \(own)",
                advice: "finish the upgrade: docs/operations.md, “Upgrade”")
        }
        return Finding(subject, .fine, build)
    }

    /// - Parameter version: as the Kubernetes API spells it: `29`, `29+`.
    package static func version(major: String, minor: String) -> Finding {
        let subject = "Kubernetes \(major).\(minor)"
        let number = Int(minor.prefix { $0.isNumber }) ?? 0
        if (Int(major) ?? 0, number) < (1, 29) {
            return Finding(
                subject, .failure, "has no native sidecars", advice: "1.29 or newer; or use compute/local alone")
        }
        return Finding(subject, .fine, "is new enough")
    }

    package static func right(_ verb: String, _ resource: String, isGiven: Bool) -> Finding {
        isGiven
            ? Finding("right to \(verb) \(resource)", .fine, "is given")
            : Finding(
                "right to \(verb) \(resource)", .failure, "is missing",
                advice: "apply deploy/kubernetes/base/control-plane/rights.yaml")
    }

    private static func series(_ name: String, in page: String) -> [(labels: [String: String], value: Double)] {
        page.split(separator: "\n").compactMap { line in
            guard line.hasPrefix(name + "{"), let end = line.lastIndex(of: "}"),
                let value = Double(line[line.index(after: end)...].drop { $0 == " " })
            else { return nil }
            // Names that hold a comma or a quote come out wrong, and are for reading alone.
            let labels = line[..<end].dropFirst(name.count + 1).split(separator: ",").map {
                $0.split(separator: "=", maxSplits: 1).map { String($0).replacing("\"", with: "") }
            }
            return (Dictionary(labels.map { ($0[0], $0.dropFirst().first ?? "") }) { first, _ in first }, value)
        }
    }

    /// The sum is not needed: each of these has one series, or labels that are asked for whole.
    private static func value(_ series: String, in page: String) -> Int? {
        page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
            .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }.map { Int($0) }
    }
}
