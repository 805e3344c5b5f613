import NIOCore
import NIOPosix
import PostgresWire
import TLSEngine
import Transport

/// A client that a test steers message by message.
struct RawClient {
    struct Ended: Error {}

    let stream: ByteStream
    private var reader = FrameReader(bodyLimit: 1 << 20)

    init(to proxy: RunningProxy, serverName: String? = "demo.localtest.me", direct: Bool = false) async throws {
        stream = try await Dialer.connect(
            host: "127.0.0.1", port: proxy.socket.port, on: MultiThreadedEventLoopGroup.singleton.any(),
            timeout: .seconds(30))
        guard let serverName else { return }
        if !direct {
            try await stream.write(UpstreamLogin.tlsRequest)
            guard try await stream.read() == ByteBuffer(string: "S") else { throw Ended() }
        }
        let context =
            try direct
            ? TLSContext.client(trustedCAFile: proxy.fixture.caFile, alpn: ["postgresql"]) : proxy.fixture.trusting
        _ = try await stream.connectTLS(context, serverName: serverName)
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await stream.write(bytes)
    }

    func send(_ message: StartupMessage) async throws {
        try await stream.write(message.encoded())
    }

    mutating func next() async throws -> Frame {
        while true {
            if let frame = try reader.next() { return frame }
            guard let bytes = try await stream.read() else { throw Ended() }
            reader.append(bytes)
        }
    }

    /// Frames up to and including the first with this tag, or an error.
    mutating func frames(upTo tag: Character) async throws -> [Frame] {
        var frames: [Frame] = []
        while true {
            let frame = try await next()
            frames.append(frame)
            if frame.tag == tag.asciiValue || frame.tag == ErrorResponse.tag { return frames }
        }
    }

    /// Answers an AuthenticationSASL that has been read. `pipelined` goes out with the proof.
    mutating func prove(_ password: String, pipelined: ByteBuffer = ByteBuffer()) async throws {
        var exchange = SCRAMClient(
            credential: .password(Array(password.utf8)), nonceBytes: Array(1...18), hashing: LibcryptoHashing())
        var first = ByteBuffer()
        SASLResponse.Initial(mechanism: "SCRAM-SHA-256", data: exchange.clientFirst).encode(into: &first)
        try await send(first)
        guard case .saslContinue(let challenge)? = AuthenticationRequest(decoding: try await next().body) else {
            throw Ended()
        }
        var final = ByteBuffer()
        SASLResponse.encode(try exchange.serverFirstReceived(challenge), into: &final)
        final.writeImmutableBuffer(pipelined)
        try await send(final)
    }
}

extension Frame {
    var name: Character { Character(UnicodeScalar(tag)) }
    var refusal: ErrorResponse? { tag == ErrorResponse.tag ? try? ErrorResponse(decoding: body) : nil }
}
