import NIOCore
import PostgresWire
import Testing

struct SimpleQueryTests {
    private func run(_ answer: ByteBuffer...) throws -> SimpleQuery.Action {
        var query = SimpleQuery()
        for frame in try answer.flatMap({ try frames(in: $0) }) {
            let action = query.frameReceived(frame)
            if action != .read { return action }
        }
        return .read
    }

    private func row(_ columns: String?...) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeFrame(tag: UInt8(ascii: "D")) {
            $0.writeInteger(Int16(columns.count))
            for column in columns {
                $0.writeInteger(column.map { Int32($0.utf8.count) } ?? -1)
                $0.writeString(column ?? "")
            }
        }
        return buffer
    }

    private let ready = ByteBuffer.frame("Z", [0x49])

    @Test func `rows come as text`() throws {
        #expect(
            try run(.frame("T", [0, 0]), row("a", nil), row("", "b"), .frame("C", Array("SELECT 2\0".utf8)), ready)
                == .finished(rows: [["a", nil], ["", "b"]]))
        #expect(try run(.frame("I"), ready) == .finished(rows: []))
    }

    @Test func `a refused statement leaves the connection ready`() throws {
        let no = ErrorResponse(SQLState("42601"), "syntax error", severity: .error)
        #expect(try run(no.encoded(), ready) == .refused(no))
        #expect(try run(no.encoded()) == .read)
    }

    @Test func `an end by the server is fatal`() throws {
        let end = ErrorResponse(.adminShutdown, "going down")
        #expect(try run(end.encoded()) == .fail(.fatal(end)))
    }

    @Test func `rows that lie about their lengths are refused`() throws {
        for body in [[0xFF, 0xFF], [0, 1], [0, 1, 0, 0, 0, 5, 1], [0, 1, 0xFF, 0xFF, 0xFF, 0xFE], [0, 0, 1]]
            as [[UInt8]]
        {
            #expect(try run(.frame("D", body)) == .fail(.malformed))
        }
        #expect(try run(.frame("H")) == .fail(.unexpectedMessage(tag: UInt8(ascii: "H"))))
    }
}
