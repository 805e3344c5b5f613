import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Telemetry
import TestKit
import Testing

@testable import ComputeAgent

/// A whole agent with its HTTP interface on free ports, and a client with a token for it.
final class HTTPAgent: Sendable {
    let fixture: ComputeFixture
    let requests: AsyncStream<OutsideRequest>.Continuation
    let ports: AgentHTTPPorts
    let token: String
    private let end: Task<Int32, Never>

    struct Answer {
        var status: Int
        var text: String
        var headers: [String: String]

        var json: [String: JSONValue] {
            guard case .object(let fields)? = try? JSONValue(parsing: Array(text.utf8)) else { return [:] }
            return fields
        }

        var error: String {
            if case .string(let text)? = json["error"] { text } else { "" }
        }

        var state: String {
            if case .string(let text)? = json["status"] { text } else { "" }
        }
    }

    /// - Parameter spec: `nil` starts an agent that has its spec pushed.
    init(
        _ fixture: ComputeFixture, spec: String?, adjusting: (inout AgentConfiguration) -> Void = { _ in }
    ) async throws {
        self.fixture = fixture
        let maker = try TokenMaker()
        token = maker.token(#"{"compute_id": "\#(fixture.computeID)"}"#)
        try SecureFile.write(Array(TokenMaker.set([maker]).utf8), to: fixture.file("jwks.json"))
        var configuration = try fixture.configuration(spec: spec ?? fixture.spec())
        if spec == nil { configuration.specSource = .pushed }
        var http = AgentHTTPConfiguration()
        (http.externalHost, http.externalPort, http.internalPort) = ("127.0.0.1", 0, 0)
        http.keyFile = fixture.file("jwks.json")
        configuration.http = http
        adjusting(&configuration)
        let service = try AgentService(configuration, on: MultiThreadedEventLoopGroup.singleton)
        let (stream, requests) = AsyncStream.makeStream(of: OutsideRequest.self)
        self.requests = requests
        // Every test waits for its end.
        end = Task { await service.run(stream) }
        ports = try #require(await service.httpPorts())
    }

    var exitCode: Int32 { get async { await end.value } }
    func signal() { requests.yield(.terminate(.fast, reason: "the test is over")) }

    func call(
        _ method: String, _ path: String, _ body: String? = nil, token: String?? = .none, inside: Bool = false
    ) async throws -> Answer {
        let port = try #require(inside ? ports.loopback : ports.external)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .RAW(value: method)
        switch token {
        case .none: if !inside { request.headers.add(name: "Authorization", value: "Bearer \(self.token)") }
        case .some(.none): break
        case .some(.some(let other)): request.headers.add(name: "Authorization", value: other)
        }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 22))
        let headers = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), text: text,
            headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }))
    }

    func state() async throws -> String { try await call("GET", "/status").state }

    func awaitState(_ state: String) async throws {
        try await eventually("it is \(state)") { try await self.state() == state }
    }
}
