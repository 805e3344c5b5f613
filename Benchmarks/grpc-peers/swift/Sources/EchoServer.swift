import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc

/// `bench.EchoMessage`, whose only field is `body`: bytes in, the same bytes out. No message is decoded, which flatters
/// this server a little.
struct PassThrough: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes {
        Bytes(message)
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> [UInt8] {
        serializedMessageBytes.withUnsafeBytes { Array($0) }
    }
}

/// `/bench.Echo/Unary`, and nothing else.
struct EchoService: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Unary"),
            deserializer: PassThrough(), serializer: PassThrough()
        ) { request, _ in
            let request = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: request.message))
        }
    }
}

@main
struct EchoServer {
    /// Without arguments in clear; with the files of a certificate and its key over TLS.
    static func main() async throws {
        let files = Array(CommandLine.arguments.dropFirst())
        let security: HTTP2ServerTransport.Posix.TransportSecurity =
            files.count == 2
            ? .tls(
                certificateChain: [.file(path: files[0], format: .pem)],
                privateKey: .file(path: files[1], format: .pem))
            : .plaintext
        let server = GRPCServer(
            transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: security),
            services: [EchoService()])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.serve() }
            if let address = try await server.listeningAddress?.ipv4 {
                print("listening on 127.0.0.1:\(address.port)")
                fflush(nil)
            }
        }
    }
}
