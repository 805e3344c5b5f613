import EdgeProxy
import NIOCore
import PostgresWire
import TestKit
import Testing
import Transport

/// What a client hears besides its compute's words: how it came by the compute, when it asks, and the operator's banner.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct WelcomeTests {
    private func fixture() throws -> EdgeFixture { try #require(EdgeFixture.current) }

    private func welcome(_ proxy: RunningProxy, options: String?) async throws -> [Frame] {
        var client = try await RawClient(to: proxy)
        let parameters = [("user", EdgeFixture.role)] + (options.map { [("options", $0)] } ?? [])
        try await client.send(StartupMessage(version: .v3_0, parameters: StartupParameters(parameters)))
        _ = try await client.next()
        try await client.prove(EdgeFixture.password)
        let frames = try await client.frames(upTo: "Z")
        await client.stream.close()
        return frames
    }

    private func reports(_ frames: [Frame]) -> [String: String] {
        let reports = frames.filter { $0.name == "S" }.compactMap { ParameterStatus(decoding: $0.body) }
        return Dictionary(reports.map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test(arguments: [(true, nil, "warm_cached"), (false, "pool_miss", "pool_miss"), (false, nil, "unknown")])
    func `who asks is told how its compute came about`(cached: Bool, word: String?, told: String) async throws {
        let fixture = try fixture()
        var located = try fixture.location(cached: cached)
        located.location.coldStartInfo = word
        let proxy = try await fixture.proxy(waking: [.success(located)])
        let frames = try await welcome(proxy, options: "sidecar_cold_start:on -c work_mem=1234kB")
        let reports = reports(frames)
        #expect(reports["sidecar.cold_start"] == told)
        for name in ["sidecar.wake_ms", "sidecar.connect_ms"] {
            #expect(reports[name].flatMap { Int($0) }.map { $0 >= 0 } == true, "\(name)")
        }
        #expect(reports["server_version"] != nil)
        #expect(frames.last?.name == "Z")
        await proxy.stop()
    }

    @Test(arguments: [nil, "sidecar_cold_start:off", "-c work_mem=1234kB"])
    func `who does not ask is told what the compute says`(options: String?) async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy()
        let frames = try await welcome(proxy, options: options)
        #expect(reports(frames).keys.allSatisfy { !$0.hasPrefix("sidecar") })
        #expect(!frames.contains { $0.name == "N" })
        await proxy.stop()
    }

    @Test func `a banner names the session`() async throws {
        let fixture = try fixture()
        let proxy = try await fixture.proxy { $0.banner = "mind the gap" }
        let frames = try await welcome(proxy, options: nil)
        let notice = try #require(frames.first { $0.name == "N" })
        let fields = try NoticeResponse(decoding: notice.body).fields
        #expect(fields.severity == .notice)
        #expect(fields.message.wholeMatch(of: /mind the gap, session_id: [0-9a-f-]{36}/) != nil, "\(fields.message)")
        await proxy.stop()
    }
}
