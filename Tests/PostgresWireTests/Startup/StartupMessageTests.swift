import NIOCore
import PostgresWire
import Testing

struct StartupMessageTests {
    private func read(_ version: UInt32, _ body: String) throws -> StartupMessage {
        var packet = ByteBuffer.startup(version, body)
        guard case .startup(let message) = try StartupPacket.read(from: &packet) else {
            throw StartupPacket.Malformed.cancelKey
        }
        return message
    }

    @Test(arguments: [0, 2] as [UInt32]) func `versions we speak are not negotiated`(minor: UInt32) throws {
        let message = try read(196_608 + minor, "user\0alice\0\0")
        #expect(message.negotiation == nil)
        #expect(message.agreedVersion == ProtocolVersion(major: 3, minor: UInt16(minor)))
    }

    @Test func `the version that was skipped is none`() throws {
        let message = try read(196_609, "user\0alice\0\0")
        #expect(message.agreedVersion == .v3_0)
        #expect(message.negotiation == NegotiateProtocolVersion(version: .v3_0, unknownParameters: []))
    }

    @Test func `a greasing client hears our version and its own invention`() throws {
        let message = try read(0x0003_270F, "user\0alice\0_pq_.test_protocol_negotiation\0\0\0")
        #expect(message.version.description == "3.9999")
        let negotiation = try #require(message.negotiation)
        var buffer = ByteBuffer()
        negotiation.encode(into: &buffer)
        let name = Array("_pq_.test_protocol_negotiation\0".utf8)
        #expect(buffer.bytes == [0x76, 0, 0, 0, UInt8(12 + name.count), 0, 3, 0, 2, 0, 0, 0, 1] + name)
        #expect(message.agreedVersion == .v3_2)
    }

    @Test func `an unknown extension is answered at 3_0 too`() throws {
        let message = try read(196_608, "user\0alice\0_pq_.new\0on\0\0")
        #expect(
            message.negotiation == NegotiateProtocolVersion(version: .v3_0, unknownParameters: [Array("_pq_.new".utf8)])
        )
    }

    @Test func `parameters go on byte for byte`() throws {
        var body = Array("user\0alice\0replication\0database\0search_path\0".utf8)
        body += [0xFF, 0xE4, 0x80, 0]
        body += Array("options\0-c  geqo=off \\ x\0empty\0\0database\0d\0".utf8) + [0]
        var packet = ByteBuffer.packet(196_608, body)
        guard case .startup(let message) = try StartupPacket.read(from: &packet) else { return }
        let options = try StartupOptions(message.parameters["options"] ?? [])
        let forwarded = StartupMessage(version: .v3_0, parameters: message.parameters.forwarded(with: options))
        #expect(forwarded.encoded() == .packet(196_608, body))
        #expect(message.parameters.text("replication") == "database")
        #expect(message.parameters.text("search_path") == nil, "not UTF-8")
        #expect(message.parameters["search_path"] == [0xFF, 0xE4, 0x80])
    }

    @Test func `extensions and routing stay here`() throws {
        let message = try read(
            0x0003_270F, "user\0alice\0_pq_.x\01\0options\0endpoint=demo -c geqo=off\0application_name\0psql\0\0")
        let options = try StartupOptions(message.parameters["options"] ?? [])
        let forwarded = message.parameters.forwarded(with: options)
        let expected = StartupParameters(
            [("user", "alice"), ("options", "-c geqo=off"), ("application_name", "psql")])
        #expect(forwarded == expected)
    }

    @Test func `options that only routed are left out`() throws {
        let message = try read(196_608, "user\0alice\0options\0 endpoint=demo \0\0")
        let options = try StartupOptions(message.parameters["options"] ?? [])
        #expect(message.parameters.forwarded(with: options) == StartupParameters([("user", "alice")]))
    }
}
