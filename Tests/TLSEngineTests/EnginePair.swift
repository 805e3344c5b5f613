@testable import TLSEngine

/// One side of a connection in memory.
final class EngineSide: TLSOutput {
    var ciphertext: [UInt8] = []
    var plaintext: [UInt8] = []

    func appendCiphertext(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { ciphertext.append(contentsOf: $0) }
    }

    func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { room in
            var span = OutputRawSpan(buffer: room, initializedCount: 0)
            fill(&span)
            plaintext.append(contentsOf: room.prefix(span.finalize(for: room)))
        }
    }

    func takeCiphertext() -> [UInt8] {
        defer { ciphertext = [] }
        return ciphertext
    }
}

/// A client and a server whose wires are tied together.
struct EnginePair {
    let clientSide = EngineSide()
    let serverSide = EngineSide()
    let client: TLSEngine
    let server: TLSEngine

    init(
        client: TLSContext, server: TLSContext, serverName: String = "db.example",
        nameCheck: TLSEngine.NameCheck = .required
    ) throws {
        self.client = try TLSEngine(
            connectingWith: client, serverName: serverName, nameCheck: nameCheck, output: clientSide)
        self.server = try TLSEngine(accepting: server, output: serverSide)
    }

    /// Lets both sides talk until neither has anything to say.
    /// - Parameter cut: how many bytes are delivered at a time.
    /// - Returns: what each side threw, if it did.
    @discardableResult
    func talk(inPiecesOf cut: Int = .max) -> (client: TLSFailure?, server: TLSFailure?) {
        if !client.isEstablished && client.failure == nil { try? client.start() }
        while !clientSide.ciphertext.isEmpty || !serverSide.ciphertext.isEmpty {
            deliver(clientSide.takeCiphertext(), to: server, inPiecesOf: cut)
            deliver(serverSide.takeCiphertext(), to: client, inPiecesOf: cut)
        }
        return (client.failure, server.failure)
    }

    private func deliver(_ bytes: [UInt8], to engine: TLSEngine, inPiecesOf cut: Int) {
        var rest = bytes[...]
        while !rest.isEmpty, engine.failure == nil {
            let piece = Array(rest.prefix(cut))
            rest = rest.dropFirst(cut)
            // What it threw stays readable as `engine.failure`.
            try? engine.receive(piece.span.bytes)
        }
    }
}

extension TLSEngine {
    func send(_ text: String) throws(TLSFailure) {
        try send(Array(text.utf8).span.bytes)
    }

    func receive(_ bytes: [UInt8]) throws(TLSFailure) {
        try receive(bytes.span.bytes)
    }
}
