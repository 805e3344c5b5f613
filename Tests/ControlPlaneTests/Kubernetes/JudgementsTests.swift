import Testing

@testable import ControlPlane

@Suite struct JudgementsTests {
    @Test(
        arguments: [
            (400, Finding.Verdict.fine), (31, .fine), (29, .warning), (7, .warning), (6, .failure), (0, .failure),
            (-1, .failure),
        ] as [(Int64, Finding.Verdict)])
    func `certificates`(days: Int64, verdict: Finding.Verdict) {
        let finding = Judgements.certificate("c", notAfter: 1_000_000 + days * 86_400 + 60, now: 1_000_000)
        #expect(finding.verdict == verdict && finding.advice.isEmpty == (verdict == .fine))
    }

    @Test(
        arguments: [
            (1_000, Finding.Verdict.fine), (999, .fine), (1_003, .fine), (1_012, .fine), (1_020, .warning),
            (980, .warning),
            (1_200, .failure), (0, .failure),
        ] as [(Int64, Finding.Verdict)])
    func `clocks, by an answer that took two seconds`(said: Int64, verdict: Finding.Verdict) {
        #expect(Judgements.clock("c", said: said, before: 1_000, after: 1_002).verdict == verdict)
    }

    @Test(arguments: [
        (3, 3, 0, 1, Finding.Verdict.fine), (2, 3, 0, 1, .failure), (3, 3, 1, 1, .failure), (3, 3, 0, 0, .failure),
        (4, 3, 0, 1, .fine),
    ])
    func `gossip, by a proxy's metrics`(
        alive: Int, wanted: Int, byStream: Int, synced: Int, verdict: Finding.Verdict
    ) {
        let page = """
            # HELP sidecar_gossip_members Members
            sidecar_gossip_members{health="alive"} \(alive)
            sidecar_gossip_members{health="dead"} 7
            sidecar_gossip_replicas_wanted \(wanted)
            sidecar_gossip_stream_only_members \(byStream)
            sidecar_gossip_synced \(synced)
            """
        #expect(Judgements.gossip("g", page: page).verdict == verdict)
        #expect(Judgements.gossip("g", page: "up 1").verdict == .warning)
    }

    @Test func `certificates and builds, by anybody's metrics`() {
        let page = """
            # TYPE sidecar_certificate_expiry_seconds gauge
            sidecar_certificate_expiry_seconds{name="default"} 8640000
            sidecar_certificate_expiry_seconds{name="identity"} 864000
            libmetrics_build_info{revision="unknown",build_tag="sidecar-1.2.3"} 1
            """
        let found = Judgements.certificates(of: "p", page: page, now: 86_400)
        #expect(found.map(\.verdict) == [.fine, .warning] && found[1].subject == "certificate “identity” of p")
        #expect(Judgements.build(of: "p", page: page, own: "sidecar-1.2.3").verdict == .fine)
        #expect(Judgements.build(of: "p", page: page, own: "sidecar-1.3.0").verdict == .warning)
        #expect(Judgements.build(of: "p", page: "up 1", own: "sidecar-1.3.0").verdict == .warning)
        #expect(Judgements.certificates(of: "p", page: "up 1", now: 0).isEmpty)
    }

    @Test(arguments: [
        ("1", "28", Finding.Verdict.failure), ("1", "29", .fine), ("1", "34+", .fine), ("2", "0", .fine),
        ("", "", .failure),
    ])
    func `versions`(major: String, minor: String, verdict: Finding.Verdict) {
        #expect(Judgements.version(major: major, minor: minor).verdict == verdict)
    }
}
