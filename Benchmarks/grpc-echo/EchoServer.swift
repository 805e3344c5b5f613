import GRPCLite
import Glibc
import NIOCore
import NIOPosix
import TLSEngine
import Telemetry
import Transport

/// `/bench.Echo/Unary` on one event loop, for Benchmarks/grpc and the soak.
@main
enum EchoServer {
    /// Without arguments in clear; with the files of a certificate and its key over TLS. `--intercepted` before them puts
    /// around the calls what the product's servers have around theirs.
    static func main() async throws {
        var files = Array(CommandLine.arguments.dropFirst())
        let isIntercepted = files.first == "--intercepted"
        if isIntercepted { files.removeFirst() }
        let tls =
            files.count == 2
            ? try TLSContext.server(certificateFile: files[0], privateKeyFile: files[1], alpn: ["h2"]) : nil
        let echo = ServiceDefinition(
            name: "bench.Echo",
            methods: [.unary("/bench.Echo/Unary") { (request: EchoMessage, _) in request }])
        let traces = GRPCTraces(child: { $0 }, record: { _ in })
        let interceptors = isIntercepted ? [GRPCMetrics(MetricRegistry()).server, traces.server] : []
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listening = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: tls, services: [echo.intercepted(by: interceptors)],
            authorize: { _, _ in nil }, group: group)
        print("listening on 127.0.0.1:\(listening.port)")
        fflush(nil)
        try await listening.server.closeFuture.get()
    }
}
