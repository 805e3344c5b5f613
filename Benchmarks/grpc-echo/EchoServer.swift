import GRPCLite
import Glibc
import NIOCore
import NIOPosix
import TLSEngine
import Transport

/// `/bench.Echo/Unary` on one event loop, for Benchmarks/grpc and the soak.
@main
enum EchoServer {
    /// Without arguments in clear; with the files of a certificate and its key over TLS.
    static func main() async throws {
        let files = Array(CommandLine.arguments.dropFirst())
        let tls =
            files.count == 2
            ? try TLSContext.server(certificateFile: files[0], privateKeyFile: files[1], alpn: ["h2"]) : nil
        let echo = ServiceDefinition(
            name: "bench.Echo",
            methods: [.unary("/bench.Echo/Unary") { (request: EchoMessage, _) in request }])
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listening = try await GRPCListener.start(
            host: "127.0.0.1", port: 0, tls: tls, services: [echo], authorize: { _, _ in nil }, group: group)
        print("listening on 127.0.0.1:\(listening.port)")
        fflush(nil)
        try await listening.server.closeFuture.get()
    }
}
