import GRPCLite

/// `bench.EchoMessage` of `Benchmarks/grpc-peers/echo.proto`: one field, `bytes body = 1`.
struct EchoMessage: GRPCMessage {
    struct Malformed: Error {}

    /// Field 1, length-delimited. Protocol Buffers, “Encoding”.
    private static let bodyTag: UInt8 = 0x0A

    /// Where it came: nothing is copied to read it.
    var body: ArraySlice<UInt8>

    init(serializedBytes bytes: [UInt8]) throws {
        guard !bytes.isEmpty else {
            body = []
            return
        }
        guard bytes[0] == Self.bodyTag else { throw Malformed() }
        var length = 0
        var index = 1
        for shift in stride(from: 0, to: 28, by: 7) {
            guard index < bytes.count else { throw Malformed() }
            length |= Int(bytes[index] & 0x7F) << shift
            index += 1
            if bytes[index - 1] < 0x80 { break }
        }
        guard bytes.count - index == length else { throw Malformed() }
        body = bytes[index...]
    }

    func serializedBytes() -> [UInt8] {
        guard !body.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 6)
        bytes.append(Self.bodyTag)
        var length = body.count
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes.append(contentsOf: body)
        return bytes
    }
}
