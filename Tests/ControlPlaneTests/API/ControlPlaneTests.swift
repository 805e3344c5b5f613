import Foundation
import GRPCLite
import Gossip
import Logging
import NIOCore
import NIOPosix
import SidecarAPI
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

@testable import ControlPlane

/// A whole control plane on loopback, over computes that exist in memory alone.
final class ControlPlaneUnderTest: Sendable {
    let plane: ControlPlane
    let computes = FakeComputes()
    private let folder: TemporaryFolder
    private let authority: Authority
    fileprivate static let token = "t0ken"
    fileprivate static let nextToken = "t0ken-of-next-year"

    init(suspendAfter: Duration = .seconds(300)) async throws {
        folder = try TemporaryFolder()
        let now = WallClock.unixSeconds()
        authority = try Authority(folder: folder.path, now: now)
        let identity = try authority.leaf(
            "control-plane",
            for: .init(commonName: "cp", ipAddresses: ["127.0.0.1"], uriNames: ["sidecar://control-plane/cp"]),
            in: folder.path, now: now)
        var configuration = ControlPlaneConfiguration(
            tokens: BearerTokens([Secret(Self.token), Secret(Self.nextToken)]),
            endpointsFolder: folder.file("endpoints"),
            certificateFile: identity.certificate, privateKeyFile: identity.privateKey,
            authorityFile: authority.certificateFile)
        (configuration.httpPort, configuration.grpcPort) = (0, 0)
        configuration.limits.suspendAfter = suspendAfter
        plane = try await ControlPlane.start(
            configuration, starter: computes, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func ask(
        _ path: String, method: String = "GET", body: String? = nil, token: String? = token,
        headers: [String: String] = [:]
    ) async throws -> (status: Int, head: String, text: String) {
        let port = plane.httpPort
        var request = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let token { request += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        request += "Content-Length: \(body?.utf8.count ?? 0)\r\n\r\n\(body ?? "")"
        let stream = try await Dialer.connect(
            host: "127.0.0.1", port: port, on: MultiThreadedEventLoopGroup.singleton.next(), timeout: .seconds(30))
        try await stream.write(.init(string: request))
        var answer = ""
        while let bytes = try await stream.read() { answer += String(buffer: bytes) }
        await stream.close()
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let status = Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0
        return (status, parts[0].lowercased(), parts.count == 2 ? String(parts[1]) : "")
    }

    func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// A channel as the agent of that compute has it.
    func agent(endpoint: String, computeID: String) throws -> GRPCClientChannel {
        let files = try authority.leaf(
            computeID, for: .init(commonName: computeID, uriNames: ["sidecar://compute/\(endpoint)/\(computeID)"]),
            in: folder.path, now: WallClock.unixSeconds())
        return try channel(files)
    }

    func proxy() throws -> GRPCClientChannel {
        try channel(
            authority.leaf(
                "proxy", for: .init(commonName: "proxy", uriNames: ["sidecar://proxy/proxy-a"]), in: folder.path,
                now: WallClock.unixSeconds()))
    }

    private func channel(_ files: Authority.Files) throws -> GRPCClientChannel {
        let tls = try TLSContext.client(
            trustedCAFile: authority.certificateFile, certificateFile: files.certificate,
            privateKeyFile: files.privateKey, alpn: ["h2"])
        return GRPCClientChannel(
            host: "127.0.0.1", port: plane.grpcPort, tls: tls, group: MultiThreadedEventLoopGroup.singleton)
    }
}

struct ControlPlaneTests {
    private static let base = "/authenticate_proxy_request"

    @Test func `without the token nobody learns anything`() async throws {
        let under = try await ControlPlaneUnderTest()
        for token in [nil, "", "t0keN", "t0ken2"] as [String?] {
            let answer = try await under.ask("/sidecar/v1/endpoints", token: token)
            #expect(answer.status == 401)
        }
        for token in [ControlPlaneUnderTest.token, ControlPlaneUnderTest.nextToken] {
            #expect(try await under.ask("/sidecar/v1/endpoints", token: token).status == 200)
        }
        #expect(try await under.ask("/healthz", token: nil).status == 200)
        await under.plane.shutdown()
    }

    @Test func `an endpoint is created once, and its password is told once`() async throws {
        let under = try await ControlPlaneUnderTest()
        let created = try await under.ask(
            "/sidecar/v1/endpoints/shop", method: "POST", body: #"{"role":"app","database":"goods"}"#)
        #expect(created.status == 201)
        let fields = try under.object(created.text)
        #expect(fields["user"] as? String == "app" && fields["database"] as? String == "goods")
        #expect((fields["password"] as? String)?.count == 24)
        #expect(try await under.ask("/sidecar/v1/endpoints/shop", method: "POST").status == 409)
        #expect(try await under.ask("/sidecar/v1/endpoints/No", method: "POST").status == 400)
        #expect(try await under.ask("/sidecar/v1/endpoints/a", method: "POST", body: "[").status == 400)
        let long = #"{"role":""# + String(repeating: "x", count: 20_000) + #""}"#
        #expect(try await under.ask("/sidecar/v1/endpoints/b", method: "POST", body: long).status == 413)
        let reserved = try await under.ask("/sidecar/v1/endpoints/postgres", method: "POST")
        #expect(reserved.status == 400 && reserved.text.contains("“postgres” is reserved"), "\(reserved.text)")
        let shown = try under.object(try await under.ask("/sidecar/v1/endpoints/shop").text)
        #expect(shown["state"] as? String == "empty" && shown["generation"] as? Int == 0)
        await under.plane.shutdown()
    }

    @Test func `rules of access are set whole, kept, and told to proxies`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        let path = "/sidecar/v1/endpoints/demo/access"
        #expect(try await under.ask(path).text == "{}")
        let rules = #"{"allowed_ips":["10.0.0.0/8"],"block_public_connections":true}"#
        #expect(try await under.ask(path, method: "PUT", body: rules).status == 200)
        let told = try await under.ask(Self.base + "/get_endpoint_access_control?endpointish=demo&role=x")
        let fields = try under.object(told.text)
        #expect(fields["allowed_ips"] as? [String] == ["10.0.0.0/8"])
        #expect(fields["block_public_connections"] as? Bool == true)
        #expect(fields["role_secret"] as? String == "" && fields["rate_limits"] == nil)
        let limits = #"{"rate_limits":{"connection_attempts":{"tcp":{"burst":4,"rps":2}}}}"#
        #expect(try await under.ask(path, method: "PUT", body: limits).status == 200)
        #expect(try await under.ask(path).text == limits, "what the body leaves out is gone")
        #expect(try await under.ask(path, method: "PUT", body: #"{"allowed_ips":null}"#).status == 200)
        #expect(try await under.ask(path).text == "{}", "null is no rule")
        await under.plane.shutdown()
    }

    @Test(arguments: [
        "", "[]", #"{"allowed_ip":["10.0.0.1"]}"#, #"{"allowed_ips":"10.0.0.1"}"#, #"{"allowed_ips":[""]}"#,
        #"{"rate_limits":{"connection_attempts":{"tcp":{"rps":0,"burst":1}}}}"#,
    ])
    func `rules that are misspelt change nothing`(body: String) async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        let path = "/sidecar/v1/endpoints/demo/access"
        let rules = #"{"allowed_ips":["10.0.0.0/8"]}"#
        _ = try await under.ask(path, method: "PUT", body: rules)
        #expect(try await under.ask(path, method: "PUT", body: body).status == 400)
        let kept = try await under.ask(path).text
        #expect(kept.replacing("\\/", with: "/") == rules)
        #expect(try await under.ask("/sidecar/v1/endpoints/x/access", method: "PUT", body: rules).status == 404)
        await under.plane.shutdown()
    }

    @Test func `access control in both spellings`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        let known = try await under.ask(Self.base + "/get_endpoint_access_control?endpointish=demo&role=demo")
        #expect(try under.object(known.text)["role_secret"] as? String != "")
        let stranger = try await under.ask(Self.base + "/get_endpoint_access_control?endpointish=demo&role=x")
        let none = try under.object(stranger.text)["role_secret"] as? String
        #expect(stranger.status == 200 && none == "")
        let nowhere = try await under.ask(Self.base + "/get_endpoint_access_control?endpointish=x&role=demo")
        #expect(nowhere.status == 404 && nowhere.text.contains("ENDPOINT_NOT_FOUND"))
        let old = try await under.ask(Self.base + "/proxy_get_role_secret?project=demo&role=demo")
        #expect(
            try under.object(old.text)["role_secret"] as? String == (try under.object(known.text))["role_secret"]
                as? String)
        #expect(try await under.ask(Self.base + "/proxy_get_role_secret?project=demo&role=x").status == 404)
        #expect(try await under.ask(Self.base + "/get_endpoint_access_control?role=demo").status == 400)
        #expect(try await under.ask(Self.base + "/something_newer").text == "")
        await under.plane.shutdown()
    }

    @Test func `a wake answers when the agent has said that it runs`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        let headers = ["Idempotency-Key": "demo:0:0"]
        async let waked = under.ask(Self.base + "/wake_compute?endpointish=demo", headers: headers)
        async let again = under.ask(Self.base + "/wake_compute?endpointish=demo", headers: headers)
        try await eventually("a compute is started") { under.computes.all.count == 1 }
        let channel = try under.agent(endpoint: "demo", computeID: "compute-demo-1")
        let call = try await ReportV1.ReportsClient(channel).report()
        try await call.send(#require(under.computes.all.first).transition(1, .running))
        var acks = call.responses.makeAsyncIterator()
        #expect(try await acks.next()?.version == ReportV1.Version(generation: 1, sequence: 1))
        for answer in [try await waked, try await again] {
            let fields = try under.object(answer.text)
            #expect(answer.status == 200 && fields["generation"] as? Int == 1)
            #expect(fields["address"] as? String == "127.0.0.1:5500")
            #expect(fields["server_name"] as? String == "compute-demo-1")
        }
        #expect(under.computes.all.count == 1)
        let metrics = try await under.ask("/metrics", token: nil).text
        #expect(metrics.contains(#"sidecar_control_plane_wake_requests_total{outcome="ready"} 2"#))
        #expect(metrics.contains(#"sidecar_compute_starts_total{outcome="running"} 1"#))
        let specification = try await under.ask("/compute/api/v2/computes/compute-demo-1/spec")
        #expect(specification.status == 200 && specification.text.contains("encrypted_password"))
        #expect(try await under.ask("/compute/api/v2/computes/compute-demo-2/spec").status == 404)
        call.finishSending()
        let suspended = try await under.ask("/sidecar/v1/endpoints/demo/suspend", method: "POST")
        #expect(suspended.status == 200)
        #expect(try await under.ask("/sidecar/v1/endpoints/demo/suspend?mode=now", method: "POST").status == 400)
        await channel.shutdown()
        await under.plane.shutdown()
    }

    @Test func `a failed wake is worth asking again, and says when`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        under.computes.refuseStarts(true)
        let answer = try await under.ask(Self.base + "/wake_compute?endpointish=demo")
        #expect(answer.status == 503)
        #expect(answer.text.contains("RUNNING_OPERATIONS") && answer.text.contains(#""retry_delay_ms":1000"#))
        #expect(answer.text.contains("The database failed to start"))
        #expect(try await under.ask(Self.base + "/wake_compute?endpointish=x").status == 404)
        await under.plane.shutdown()
    }

    @Test func `a start that fails again is not worth asking for again, and the next asker is told at once`()
        async throws
    {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        under.computes.refuseStarts(true)
        #expect(try await under.ask(Self.base + "/wake_compute?endpointish=demo").status == 503)
        // Until the first pause is over the first answer is repeated.
        try await eventually("it is tried again") {
            try await under.ask(Self.base + "/wake_compute?endpointish=demo").status == 500
        }
        for _ in 0..<3 {
            let answer = try await under.ask(Self.base + "/wake_compute?endpointish=demo")
            #expect(answer.status == 500 && !answer.text.contains("retry_delay_ms"))
            #expect(answer.text.contains(#""reason":"COMPUTE_START_FAILED""#), "\(answer.text)")
            #expect(answer.text.contains(#""user_facing_message":{"message":"The database failed to start"}"#))
            #expect(answer.head.contains("retry-after: 2"), "\(answer.head)")
        }
        let metrics = try await under.ask("/metrics", token: nil).text
        #expect(metrics.contains(#"sidecar_compute_starts_total{outcome="failed"} 2"#))
        await under.plane.shutdown()
    }

    @Test func `leftovers are ended before the first start and after the last end`() async throws {
        let under = try await ControlPlaneUnderTest()
        #expect(under.computes.sweeps == 1)
        await under.plane.shutdown()
        #expect(under.computes.sweeps == 2)
    }

    @Test func `an idle agent is asked over its own stream`() async throws {
        let under = try await ControlPlaneUnderTest(suspendAfter: .milliseconds(1))
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        async let waked = under.ask(Self.base + "/wake_compute?endpointish=demo")
        try await eventually("a compute is started") { under.computes.all.count == 1 }
        let compute = try #require(under.computes.all.first)
        let channel = try under.agent(endpoint: "demo", computeID: "compute-demo-1")
        let call = try await ReportV1.ReportsClient(channel).report()
        try await call.send(compute.transition(1, .running, activity: .idle))
        var answers = call.responses.makeAsyncIterator()
        var question: ReportV1.Version?
        while question == nil, let answer = try await answers.next() { question = answer.stopIfIdle }
        #expect(question == ReportV1.Version(generation: 1, sequence: 1))
        #expect(try await waked.status == 200)
        try await call.send(compute.transition(2, .terminationPendingFast))
        compute.end("exited 0")
        try await eventually("it is asleep") {
            try await under.ask("/sidecar/v1/endpoints/demo").text.contains(#""address":"""#)
        }
        #expect(compute.stopsAsked.isEmpty)
        call.finishSending()
        await channel.shutdown()
        await under.plane.shutdown()
    }

    @Test func `an agent speaks for its own compute alone, and nobody else reports`() async throws {
        let under = try await ControlPlaneUnderTest()
        for name in ["demo", "other"] { _ = try await under.ask("/sidecar/v1/endpoints/\(name)", method: "POST") }
        let mine = ReportV1.Transition(
            endpoint: "demo", computeID: "compute-demo-1", version: ReportV1.Version(generation: 1, sequence: 1),
            state: .`init`)
        var (others, newer, nameless) = (mine, mine, mine)
        others.endpoint = "other"
        newer.version?.generation = 2
        nameless.version = nil
        let channel = try under.agent(endpoint: "demo", computeID: "compute-demo-1")
        for (transition, code) in [
            (others, GRPCStatus.Code.permissionDenied), (newer, .permissionDenied), (nameless, .invalidArgument),
        ] {
            #expect(await Self.refusal(channel, transition)?.code == code)
        }
        let proxy = try under.proxy()
        #expect(await Self.refusal(proxy, mine)?.code == .permissionDenied)
        await channel.shutdown()
        await proxy.shutdown()
        await under.plane.shutdown()
    }

    private static func refusal(_ channel: GRPCClientChannel, _ transition: ReportV1.Transition) async -> GRPCStatus? {
        do {
            let call = try await ReportV1.ReportsClient(channel).report()
            try await call.send(transition)
            for try await _ in call.responses { return nil }
            return nil
        } catch {
            return error
        }
    }

    @Test func `a deleted endpoint is stopped and gone with its data`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        #expect(try await under.ask("/sidecar/v1/endpoints/demo", method: "DELETE").status == 204)
        #expect(under.computes.removed.map(\.text) == ["demo"])
        #expect(try await under.ask("/sidecar/v1/endpoints/demo").status == 404)
        #expect(try await under.ask("/sidecar/v1/endpoints/demo", method: "DELETE").status == 404)
        await under.plane.shutdown()
    }

    @Test func `an endpoint is not deleted under its clients' feet, unless that is forced`() async throws {
        let under = try await ControlPlaneUnderTest()
        _ = try await under.ask("/sidecar/v1/endpoints/demo", method: "POST")
        async let woken = under.ask(Self.base + "/wake_compute?endpointish=demo")
        try await eventually("a start") { under.computes.all.count == 1 }
        let refused = try await under.ask("/sidecar/v1/endpoints/demo", method: "DELETE")
        #expect(refused.status == 412)
        #expect(refused.text.contains("suspend it first"))
        #expect(try await under.ask("/sidecar/v1/endpoints/demo").status == 200)
        #expect(under.computes.removed.isEmpty)
        #expect(try await under.ask("/sidecar/v1/endpoints/demo?force=maybe", method: "DELETE").status == 400)
        #expect(try await under.ask("/sidecar/v1/endpoints/demo?force=true", method: "DELETE").status == 204)
        #expect(under.computes.removed.map(\.text) == ["demo"])
        #expect(under.computes.all.map { $0.stopsAsked.isEmpty } == [false])
        _ = try await woken
        await under.plane.shutdown()
    }

    @Test func `the seen generation is read from our keys and from no others`() throws {
        let demo = try #require(EndpointName("demo"))
        #expect(ProxyCalls.seenGeneration("demo:7:1", of: demo) == 7)
        for key in ["", "other:7:1", "demo:x:1", "demo:7", "demo:7:1:2", "7"] {
            #expect(ProxyCalls.seenGeneration(key, of: demo) == 0)
        }
    }
}
