import Gossip
import Telemetry
import Testing
import Transport

@testable import EdgeProxy

struct TrafficMetersTests {
    private let metrics = EdgeMetrics(registry: MetricRegistry())

    private func meter() throws -> TrafficMeter {
        TrafficMeter(RelayControl(), endpoint: try #require(EndpointName("demo")), metrics: metrics)
    }

    private func counted() -> [Int] {
        [metrics.ioBytes(.received, endpoint: "demo").value, metrics.ioBytes(.transmitted, endpoint: "demo").value]
    }

    @Test func `what was counted is not counted again, and a late look changes nothing`() throws {
        let meter = try meter()
        meter.count(bytesFromClient: 10, bytesToClient: 100)
        #expect(counted() == [10, 100])
        meter.count(bytesFromClient: 10, bytesToClient: 150)
        #expect(counted() == [10, 150])
        meter.count(bytesFromClient: 7, bytesToClient: 120)
        #expect(counted() == [10, 150])
        meter.count(bytesFromClient: 11, bytesToClient: 150)
        #expect(counted() == [11, 150])
    }

    @Test func `endpoints beyond the limit share a series`() {
        let labels = EndpointLabels(limit: 2)
        #expect(["a", "b", "c", "a", "d"].map { labels.label(of: $0) } == ["a", "b", "other", "a", "other"])
    }

    @Test func `a session without a relay has nothing to count`() async throws {
        let meters = TrafficMeters()
        meters.enter(SessionID("s"), try meter())
        await meters.goRound()
        #expect(counted() == [0, 0] && meters.count == 1)
        meters.leave(SessionID("s"))
        #expect(meters.count == 0)
    }
}
