import Telemetry
import Testing

struct MetricRegistryTests {
    @Test func `a page lists families and series in a stable order`() {
        let registry = MetricRegistry()
        registry.counter("wakes_total", help: "Wakes.", labels: [("outcome", "ok")]).add(2)
        registry.counter("wakes_total", help: "Wakes.", labels: [("outcome", "failed")]).add()
        registry.gauge("sessions", help: "Open sessions.").set(-3)
        #expect(
            registry.exposition() == """
                # HELP sessions Open sessions.
                # TYPE sessions gauge
                sessions -3
                # HELP wakes_total Wakes.
                # TYPE wakes_total counter
                wakes_total{outcome="failed"} 1
                wakes_total{outcome="ok"} 2

                """)
    }

    @Test func `the same name and labels give the same object`() {
        let registry = MetricRegistry()
        let first = registry.counter("a_total", help: "", labels: [("x", "1")])
        #expect(first === registry.counter("a_total", help: "", labels: [("x", "1")]))
        #expect(first !== registry.counter("a_total", help: "", labels: [("x", "2")]))
    }

    @Test func `a histogram counts into every bucket at or above the value`() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("t_seconds", help: "T.", buckets: [1, 0.5], labels: [("phase", "tls")])
        histogram.record(seconds: 0.5)
        histogram.record(.milliseconds(750))
        histogram.record(seconds: 9)
        #expect(
            registry.exposition() == """
                # HELP t_seconds T.
                # TYPE t_seconds histogram
                t_seconds_bucket{phase="tls",le="0.5"} 1
                t_seconds_bucket{phase="tls",le="1.0"} 2
                t_seconds_bucket{phase="tls",le="+Inf"} 3
                t_seconds_sum{phase="tls"} 10.25
                t_seconds_count{phase="tls"} 3

                """)
    }

    @Test func `label values and help texts are escaped`() {
        let registry = MetricRegistry()
        registry.gauge("g", help: "a\\b\nc \"d\"", labels: [("l", "a\\b\nc \"d\"")]).set(1)
        #expect(registry.exposition().contains("# HELP g a\\\\b\\nc \"d\"\n"))
        #expect(registry.exposition().contains("g{l=\"a\\\\b\\nc \\\"d\\\"\"} 1\n"))
    }

    @Test func `nothing is lost when many tasks count at once`() async {
        let registry = MetricRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 { registry.counter("n_total", help: "").add() }
                }
            }
        }
        #expect(registry.counter("n_total", help: "").value == 8_000)
    }
}
