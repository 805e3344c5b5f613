import GRPCLite
import SidecarAPI
import Testing

/// What a peer may send that is no message of ours.
struct StrangersBytesTests {
    private func code(_ hex: String) -> GRPCStatus.Code? {
        code(bytes(hex))
    }

    private func code(_ wire: [UInt8]) -> GRPCStatus.Code? {
        let error = #expect(throws: GRPCStatus.self) { try ReportV1.Transition(serializedBytes: wire) }
        return error?.code
    }

    @Test(arguments: [
        "0a", "0a05616263", "1a020801ff", "08ffffffffffffffffffffff01", "ffffffff0f", "0b",
    ])
    func `bytes that are not protobuf are refused`(hex: String) {
        #expect(code(hex) == .internalError)
    }

    @Test func `a string that is not UTF-8 is refused`() {
        #expect(code("0a02c328") == .internalError)
        #expect(code("0a03eda080") == .internalError, "a surrogate")
    }

    @Test func `a string with NUL is refused, never cut`() {
        #expect(code("0a03610062") == .internalError)
        #expect(code("0a0100") == .internalError)
        let message = ReportV1.Transition(endpoint: "a\0b")
        #expect(throws: GRPCStatus.self) { try message.serializedBytes() }
    }

    @Test func `unknown fields are dropped`() throws {
        let transition = try ReportV1.Transition(
            serializedBytes: bytes("0a0161 a2063f" + String(repeating: "00", count: 63)))
        #expect(try transition.serializedBytes() == bytes("0a0161"))
    }

    @Test func `a message that swells beyond its limit is refused`() {
        // 2 MiB of empty submessages, two bytes each, would take 48 bytes and more for every one of them.
        let empty = [UInt8](repeating: 0, count: 1 << 21).enumerated().map { $0.offset % 2 == 0 ? UInt8(0x1a) : 0 }
        let error = #expect(throws: GRPCStatus.self) {
            try ReportV1.PageserverConnectionInfo(serializedBytes: empty)
        }
        #expect(error?.code == .resourceExhausted)
    }

    @Test func `small messages may swell, up to 64 KiB`() throws {
        let empty = bytes(String(repeating: "1a00", count: 100))
        #expect(try ReportV1.PageserverConnectionInfo(serializedBytes: empty).shards.count == 100)
    }

    @Test func `no prefix of a message and no changed byte does harm`() throws {
        let whole = try AdminV1.EndpointShowReply(
            summary: .init(name: "demo", generation: 7), history: [.init(atUnixMicros: 5, event: "running"), .init()]
        ).serializedBytes()
        for end in whole.indices {
            _ = try? AdminV1.EndpointShowReply(serializedBytes: Array(whole[..<end]))
            for value in UInt8.min...UInt8.max {
                var changed = whole
                changed[end] = value
                _ = try? AdminV1.EndpointShowReply(serializedBytes: changed)
            }
        }
    }
}
