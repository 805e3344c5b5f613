import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A control plane over real HTTP that answers what a test tells it to, and remembers what it was asked.
final class ScriptedControlPlane: Sendable {
    struct Ask: Sendable, Equatable {
        var path: String
        var query: [String: String]
        var headers: [String: String]
    }

    struct Answer: Sendable {
        var status = 200
        var body: String
        var headers: [String: String] = [:]

        static func json(_ body: String, status: Int = 200, headers: [String: String] = [:]) -> Answer {
            Answer(status: status, body: body, headers: headers)
        }
    }

    typealias Script = @Sendable (Ask) async -> Answer

    private let asks = Mutex<[Ask]>([])
    private let script: Script

    init(_ script: @escaping Script) {
        self.script = script
    }

    var asked: [Ask] { asks.withLock { $0 } }

    func count(of path: String) -> Int {
        asked.count { $0.path.hasSuffix(path) }
    }

    /// Serves while `body` runs, which gets the base address.
    @discardableResult
    func serve<Result: Sendable>(
        port: Int = 0, _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "scripted-control-plane")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await self.answer(request) },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { listening.yield($0.localAddress?.port ?? 0) }, logger: logger)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports {
                    return try await body("http://127.0.0.1:\(port)/authenticate_proxy_request/")
                }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func answer(_ request: Request) async -> Response {
        var ask = Ask(path: request.uri.path, query: [:], headers: [:])
        for (name, value) in request.uri.queryParameters { ask.query[String(name)] = String(value) }
        for field in request.headers { ask.headers[field.name.canonicalName] = field.value }
        let complete = ask
        asks.withLock { $0.append(complete) }
        let answer = await script(complete)
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }

}
