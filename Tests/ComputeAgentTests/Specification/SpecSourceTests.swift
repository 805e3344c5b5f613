import NIOCore
import NIOPosix
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

@testable import ComputeAgent

@Suite final class SpecSourceTests: Sendable {
    /// A control plane that answers each request with the next of `answers`, the last one for ever.
    private final class ControlPlane: Sendable {
        let answers: [(code: Int, body: String)]
        let requests = Mutex<[String]>([])

        init(_ answers: [(code: Int, body: String)]) {
            self.answers = answers
        }

        func serve(_ stream: ByteStream) async {
            var text = ""
            while !text.contains("\r\n\r\n") {
                guard let bytes = try? await stream.read() else { return }
                text += String(buffer: bytes)
            }
            let number = requests.withLock { requests in
                requests.append(text)
                return requests.count
            }
            let (code, body) = answers[min(number, answers.count) - 1]
            let head = "HTTP/1.1 \(code) X\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n"
            try? await stream.write(ByteBuffer(string: head + body))
        }
    }

    private let statuses = Mutex<[String]>([])

    private func fetch(from answers: [(code: Int, body: String)]) async throws -> (
        Result<ComputeSpec?, any Error>, [String]
    ) {
        let plane = ControlPlane(answers)
        let socket = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, onConnection: plane.serve)
        let source = SpecSource.controlPlane(
            base: "http://127.0.0.1:\(socket.port)/", computeID: "compute-demo-1", token: Secret("t0ken"))
        let result: Result<ComputeSpec?, any Error>
        do {
            let envelope = try await source.fetchEnvelope { status in statuses.withLock { $0.append(status) } }
            result = .success(envelope.spec)
        } catch { result = .failure(error) }
        await socket.stopAccepting()
        return (result, plane.requests.withLock { $0 })
    }

    @Test func `the compute's own spec is asked for with the token`() async throws {
        let (result, requests) = try await fetch(from: [(200, SpecText.local())])
        #expect(try result.get()?.cluster.roles.map(\.name) == ["demo"])
        let request = try #require(requests.first)
        #expect(request.hasPrefix("GET /compute/api/v2/computes/compute-demo-1/spec HTTP/1.1\r\n"))
        #expect(request.lowercased().contains("\r\nauthorization: bearer t0ken\r\n"))
    }

    @Test func `an unwell control plane is asked three times`() async throws {
        let (result, requests) = try await fetch(from: [(503, ""), (200, "nonsense"), (200, SpecText.local())])
        #expect(try result.get() != nil)
        #expect(requests.count == 3)
        #expect(statuses.withLock { $0 } == ["503", "200", "200"])
        let (failed, more) = try await fetch(from: [(502, "")])
        #expect(throws: (any Error).self) { try failed.get() }
        #expect(more.count == 3)
    }

    @Test func `a refusal is final`() async throws {
        let (result, requests) = try await fetch(from: [(404, "")])
        #expect(throws: SpecRefusal.self) { try result.get() }
        #expect(requests.count == 1)
    }

    @Test func `a spec that cannot be is not asked for again`() async throws {
        let (result, requests) = try await fetch(from: [(200, SpecText.local(extra: #""mode": 7,"#))])
        #expect(throws: SpecFailure.self) { try result.get() }
        #expect(requests.count == 1)
    }

    @Test func `nobody there counts as an answer of its own`() async throws {
        var source = ControlPlaneSpecs(base: "http://127.0.0.1:1", computeID: "c", token: Secret(""))
        source.timeout = .milliseconds(100)
        await #expect(throws: (any Error).self) {
            _ = try await source.fetch { status in statuses.withLock { $0.append(status) } }
        }
        #expect(statuses.withLock { $0 } == ["0", "0", "0"])
    }

    @Test(arguments: [("compute-demo-1", "compute-demo-1"), ("a/../b?c", "a%2F..%2Fb%3Fc"), ("ü\r\n", "%C3%BC%0D%0A")])
    func `an identifier stays one part of the path`(text: String, segment: String) {
        #expect(ControlPlaneSpecs.segment(text) == segment)
    }

    @Test func `a compute may belong to nobody yet`() async throws {
        let (result, _) = try await fetch(from: [(200, #"{"spec": null, "status": "empty"}"#)])
        #expect(try result.get() == nil)
    }
}
