import PostgresWire
import Telemetry
import TestKit
import Testing
import Transport

@testable import EdgeProxy

struct SessionMetricsTests {
    @Test func `of a latency is left what others did not take`() {
        var story = SessionStory()
        story.phases = [
            .tls: .milliseconds(5), .auth: .milliseconds(15), .wake: .milliseconds(300), .connect: .milliseconds(2),
            .login: .milliseconds(8),
        ]
        story.failedTime = .milliseconds(60)
        let latencies = story.latencies(of: .milliseconds(400))
        #expect(latencies.map(\.0) == EdgeMetrics.Excluded.allCases)
        #expect(latencies.map(\.1) == [380, 80, 70, 10].map { .milliseconds($0) })
        #expect(SessionStory().latencies(of: .zero).map(\.1) == [.zero, .zero, .zero, .zero])
        #expect(story.latencies(of: .milliseconds(1)).allSatisfy { $0.1 == .zero }, "clocks that disagree")
    }

    @Test func `every refusal is somebody's`() {
        func type(_ response: ErrorResponse) -> EdgeMetrics.ErrorType { SessionEnd.refused(response).errorType }
        #expect(type(Refusals.tooManySessions) == .rateLimit)
        #expect(type(Refusals.wake(.quotaExceeded)) == .quota)
        #expect(type(Refusals.lookup(.controlPlaneUnreachable)) == .controlPlane)
        #expect(type(Refusals.wake(.temporarilyUnavailable)) == .controlPlane)
        #expect(type(Refusals.computeStarting) == .compute)
        #expect(type(Refusals.computeUnreachable) == .compute)
        #expect(type(Refusals.ownMistake) == .service)
        #expect(type(ErrorResponse(.invalidPassword, "no")) == .user)
        #expect(SessionEnd.cancelled.errorType == .service)
        #expect(SessionEnd.unheard("gone").errorType == .clientDisconnect)
        let words = ErrorResponse(SQLState("3D000"), "no")
        #expect(SessionEnd.refusedByCompute(words, frame: words.encoded()).errorType == .postgres)
    }

    @Test func `labels are few, whatever others send`() {
        let metrics = EdgeMetrics(registry: MetricRegistry())
        metrics.connectionLatency(.seconds(1), excluding: .client, coldStart: "pool_hit", isSuccess: true)
        metrics.connectionLatency(.seconds(1), excluding: .client, coldStart: "a\"b", isSuccess: false)
        metrics.refusal(sqlState: "57P03")
        metrics.refusal(sqlState: "ZZZZZ")
        let page = metrics.exposition()
        #expect(page.contains("cold_start_info=\"pool_hit\",outcome=\"success\",excluded=\"client\""))
        #expect(page.contains("cold_start_info=\"unknown\",outcome=\"failed\",excluded=\"client\""))
        #expect(page.contains("sidecar_session_refusals_total{sqlstate=\"57P03\"} 1"))
        #expect(page.contains("sidecar_session_refusals_total{sqlstate=\"other\"} 1"))
        #expect(!page.contains("ZZZZZ"))
    }
}
