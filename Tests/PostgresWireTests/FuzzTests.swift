import NIOCore
import PostgresWire
import TestKit
import Testing

/// Random bytes into every parser: nothing may trap, and nothing may loop. A failing seed is replayed by its number.
struct FuzzTests {
    private static let rounds = 400
    private let hashing = LibcryptoHashing()

    private func noise(_ dice: inout SeededDice, upTo limit: Int = 96) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &dice)).map { _ in
            // Half of it out of the bytes that mean something to one parser or another.
            Bool.random(using: &dice)
                ? UInt8.random(in: 0...255, using: &dice)
                : Array("\0\0\0\0\u{4}RSKZENpnyrcvi=,$: \\-".utf8).randomElement(using: &dice) ?? 0
        }
    }

    @Test(arguments: 1...25 as ClosedRange<UInt64>) func `startup`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        for _ in 0..<Self.rounds {
            for policy in [StartupNegotiation.TLSPolicy.unavailable, .offered, .required] {
                var negotiation = StartupNegotiation(policy: policy)
                var buffer = ByteBuffer()
                for _ in 0..<4 {
                    let codes: [UInt32] = [196_608, 196_610, 80_877_102, 80_877_103, 80_877_104, 0x0003_270F]
                    if Bool.random(using: &dice), let code = codes.randomElement(using: &dice) {
                        var packet = ByteBuffer.packet(code, noise(&dice))
                        buffer.writeBuffer(&packet)
                    } else {
                        buffer.writeBytes(noise(&dice))
                    }
                    if case .acceptTLS = negotiation.bytesReceived(&buffer) {
                        _ = negotiation.secured(alpn: Bool.random(using: &dice) ? nil : "postgresql")
                    }
                }
            }
        }
    }

    /// Words run into each other here, so that some values name two endpoints; those are refused, and that is right.
    @Test(arguments: 1...25 as ClosedRange<UInt64>) func `options lose what routes and nothing else`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        var read = 0
        for _ in 0..<Self.rounds {
            let words = [
                "endpoint=a", "-c", " ", " ", " ", "\\", "-cproject=a", "\t", "x=y", "--endpoint=a", "e", "neon_a:b",
            ]
            let value = (0..<8).flatMap { _ in Array((words.randomElement(using: &dice) ?? "").utf8) }
            _ = try? StartupOptions(noise(&dice))
            guard let options = try? StartupOptions(value) else { continue }
            read += 1
            let replay = "seed \(seed): \(String(decoding: value, as: UTF8.self).debugDescription)"
            if !options.routed { #expect(options.remainder == value, "\(replay)") }
            let again = try? StartupOptions(options.remainder)
            #expect(again?.routed == false && again?.remainder == options.remainder, "\(replay)")
        }
        #expect(read > Self.rounds / 4, "seed \(seed): too few values could be read for this to mean anything")
    }

    @Test(arguments: 1...25 as ClosedRange<UInt64>) func `messages and login machines`(seed: UInt64) throws {
        var dice = SeededDice(seed: seed)
        let verifier = SCRAMVerifier.mock(seed: noise(&dice), hashing: hashing)
        for _ in 0..<Self.rounds {
            var reader = FrameReader(bodyLimit: 128)
            reader.append(ByteBuffer(bytes: noise(&dice)))
            while (try? reader.next()) != nil {}

            let body = ByteBuffer(bytes: noise(&dice))
            _ = try? ErrorResponse(decoding: body)
            _ = AuthenticationRequest(decoding: body)
            _ = SASLResponse.Initial(decoding: body)
            _ = ParameterStatus(decoding: body)
            _ = BackendKeyData(decoding: body)
            _ = ReadyForQuery(decoding: body)
            _ = SCRAMVerifier.parse(String(decoding: noise(&dice), as: UTF8.self))
            _ = StoredSecret(String(decoding: noise(&dice), as: UTF8.self))
            _ = try? PasswordMessage(decoding: body)
            _ = NamedPassword(Array("endpoint=".utf8) + noise(&dice))

            let exchange = SCRAMServer(
                verifier: verifier, isGenuine: true, nonceBytes: [1, 2, 3], hashing: hashing)
            var server = ClientLogin(role: "r", exchange: exchange)
            let client = SCRAMClient(
                credential: .keys(SCRAMKeys(clientKey: [1], serverKey: [2])), nonce: "n", hashing: hashing)
            var upstream = UpstreamLogin(demandsTLS: false, parameters: StartupParameters([]), exchange: client)
            var query = SimpleQuery()
            var mini = MiniServer(demandsPassword: Bool.random(using: &dice))
            _ = mini.begin()
            _ = upstream.connected()
            for _ in 0..<6 {
                let tag = "pRRRSKZENTDCQXP".randomElement(using: &dice) ?? "p"
                var bytes = noise(&dice)
                if tag == "R" { bytes = [0, 0, 0, [0, 10, 11, 12].randomElement(using: &dice) ?? 0] + bytes }
                for frame in try frames(in: .frame(tag, bytes)) {
                    _ = server.frameReceived(frame)
                    _ = upstream.frameReceived(frame)
                    _ = query.frameReceived(frame)
                    switch mini.frameReceived(frame) {
                    case .judge: _ = mini.passwordJudged(isRight: Bool.random(using: &dice))
                    case .answer: _ = mini.answered(.row("ok"))
                    case .read, .send, .close: break
                    }
                }
            }
        }
    }

    @Test(arguments: 1...25 as ClosedRange<UInt64>) func `SCRAM messages`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        let verifier = SCRAMVerifier.mock(seed: noise(&dice), hashing: hashing)
        for _ in 0..<Self.rounds {
            var server = SCRAMServer(verifier: verifier, isGenuine: true, nonceBytes: [1, 2, 3], hashing: hashing)
            _ = try? server.clientFirstReceived(Array("n,,n=,r=a".utf8) + noise(&dice))
            _ = try? server.clientFinalReceived(Array("c=biws,r=aAQID".utf8) + noise(&dice))
            var client = SCRAMClient(
                credential: .keys(SCRAMKeys(clientKey: [1], serverKey: [2])), nonce: "n", hashing: hashing)
            _ = try? client.serverFirstReceived(Array("r=n".utf8) + noise(&dice))
            _ = try? client.serverFinalReceived(noise(&dice))
        }
    }

    /// Whatever one side writes, with one byte changed or cut off, is taken or refused, never trapped over.
    @Test(arguments: 1...25 as ClosedRange<UInt64>) func `true messages with one fault`(seed: UInt64) {
        var dice = SeededDice(seed: seed)
        for _ in 0..<Self.rounds {
            var bytes = ByteBuffer.startup(
                196_610, "user\0alice\0options\0-c endpoint=demo -c x=y\0application_name\0psql\0\0"
            ).bytes
            let place = Int.random(in: bytes.indices, using: &dice)
            bytes[place] = UInt8.random(in: 0...255, using: &dice)
            if Bool.random(using: &dice) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice)) }
            var buffer = ByteBuffer(bytes: bytes)
            var negotiation = StartupNegotiation(policy: .offered)
            guard case .startup(let message) = negotiation.bytesReceived(&buffer) else { continue }
            guard let options = try? StartupOptions(message.parameters["options"] ?? []) else { continue }
            _ = message.parameters.forwarded(with: options)
            _ = message.negotiation
        }
    }
}
