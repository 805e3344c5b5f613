import NIOCore
import PostgresWire
import Testing

struct MessageTests {
    @Test func `an error carries its fields there and back`() throws {
        let response = ErrorResponse(.cannotConnectNow, "starting", detail: "since now", hint: "wait", severity: .fatal)
        let frame = try #require(try frames(in: response.encoded()).first)
        #expect(frame.tag == UInt8(ascii: "E"))
        #expect(
            frame.body.bytes == Array("SFATAL\0VFATAL\0C57P03\0Mstarting\0Dsince now\0Hwait\0\0".utf8))
        #expect(try ErrorResponse(decoding: frame.body) == response)
    }

    @Test func `a notice carries its fields there and back`() throws {
        let notice = NoticeResponse("hello", hint: "wave")
        var buffer = ByteBuffer()
        notice.encode(into: &buffer)
        let frame = try #require(try frames(in: buffer).first)
        #expect(frame.tag == UInt8(ascii: "N"))
        #expect(try NoticeResponse(decoding: frame.body) == notice)
    }

    @Test func `an error of a server that translates is read by its untranslated severity`() throws {
        let body = ByteBuffer(string: "SFEHLER\0VERROR\0C3D000\0Mnein\0P17\0Ffile.c\0\0")
        let response = try ErrorResponse(decoding: body)
        #expect(response.fields.severity == .error)
        #expect(response.sqlState.text == "3D000")
    }

    @Test func `a text is cut at a NUL instead of breaking the frame`() throws {
        let frame = try #require(try frames(in: ErrorResponse(.internalError, "a\0Mb").encoded()).first)
        #expect(try ErrorResponse(decoding: frame.body).message == "a")
    }

    @Test func `reports that end early or late are malformed`() {
        #expect(throws: ReportFields.Malformed.fieldNotTerminated) {
            try ErrorResponse(decoding: ByteBuffer(string: "SFATAL"))
        }
        #expect(throws: ReportFields.Malformed.bytesAfterEnd(1)) {
            try ErrorResponse(decoding: ByteBuffer(string: "SFATAL\0\0x"))
        }
    }

    @Test func `authentication requests go there and back`() throws {
        let requests: [AuthenticationRequest] = [
            .ok, .sasl(mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]), .saslContinue([1]), .saslFinal([]),
            .other(5),
        ]
        for request in requests {
            var buffer = ByteBuffer()
            request.encode(into: &buffer)
            let frame = try #require(try frames(in: buffer).first)
            #expect(AuthenticationRequest(decoding: frame.body) == request)
        }
        #expect(AuthenticationRequest(decoding: ByteBuffer(bytes: [0, 0, 0])) == nil)
        #expect(AuthenticationRequest(decoding: ByteBuffer(bytes: [0, 0, 0, 0, 1])) == nil)
    }

    @Test func `a SASL initial response says how long it is`() throws {
        for data in [nil, [], [1, 2, 3]] as [[UInt8]?] {
            let response = SASLResponse.Initial(mechanism: "SCRAM-SHA-256", data: data)
            var buffer = ByteBuffer()
            response.encode(into: &buffer)
            let frame = try #require(try frames(in: buffer).first)
            #expect(SASLResponse.Initial(decoding: frame.body) == response)
        }
        for lie in [[0, 0, 0, 2, 1], [0xFF, 0xFF, 0xFF, 0xFE], [0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0]] as [[UInt8]] {
            #expect(SASLResponse.Initial(decoding: ByteBuffer(bytes: Array("x\0".utf8) + lie)) == nil)
        }
    }

    @Test func `settings, state and key go there and back`() throws {
        let key = try #require(CancelKey(processID: .min, secret: [UInt8](repeating: 9, count: 32)))
        var buffer = ByteBuffer()
        ParameterStatus(name: "TimeZone", value: "UTC").encode(into: &buffer)
        BackendKeyData(key: key).encode(into: &buffer)
        ReadyForQuery(state: .inTransaction).encode(into: &buffer)
        let bodies = try frames(in: buffer).map(\.body)
        #expect(ParameterStatus(decoding: bodies[0]) == ParameterStatus(name: "TimeZone", value: "UTC"))
        #expect(BackendKeyData(decoding: bodies[1]) == BackendKeyData(key: key))
        #expect(ReadyForQuery(decoding: bodies[2]) == ReadyForQuery(state: .inTransaction))
        #expect(ReadyForQuery(decoding: ByteBuffer(string: "x")) == nil)
        #expect(ReadyForQuery(decoding: ByteBuffer(string: "II")) == nil)
        #expect(ParameterStatus(decoding: ByteBuffer(string: "a\0b\0c")) == nil)
    }

    @Test func `secrets do not print`() throws {
        let key = try #require(CancelKey(processID: 5, secret: [0xAB, 0xCD, 0xEF, 0x01]))
        let keys = SCRAMKeys(clientKey: [0xAB], serverKey: [0xCD])
        for text in ["\(key)", String(reflecting: key), "\(keys)", String(reflecting: keys)] {
            #expect(text.contains("<secret>"))
        }
        var dumped = ""
        dump(keys, to: &dumped)
        dump(key, to: &dumped)
        #expect(!dumped.contains("171") && !dumped.contains("205"))
    }
}
