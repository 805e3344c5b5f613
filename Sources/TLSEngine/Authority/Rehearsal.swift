/// A handshake of two engines with each other: whether who trusts these authorities would take that certificate under this
/// name. Everything that decides it later decides it here, and nothing is sent anywhere.
package enum Rehearsal {
    /// - Throws: what the client, or else the server, would fail with.
    package static func handshake(
        server: TLSContext, client: TLSContext, serverName: String
    ) throws(TLSFailure) {
        let (clientSide, serverSide) = (Wire(), Wire())
        let connecting = try TLSEngine(connectingWith: client, serverName: serverName, output: clientSide)
        let accepting = try TLSEngine(accepting: server, output: serverSide)
        try connecting.start()
        while !clientSide.bytes.isEmpty || !serverSide.bytes.isEmpty {
            // The server's complaint would only repeat the client's alert.
            let refused = deliver(clientSide.take(), to: accepting)
            if let failure = deliver(serverSide.take(), to: connecting) ?? refused { throw failure }
        }
        guard connecting.isEstablished else { throw TLSFailure(.unusable, "the handshake does not end") }
    }

    private static func deliver(_ bytes: [UInt8], to engine: TLSEngine) -> TLSFailure? {
        guard !bytes.isEmpty else { return nil }
        do throws(TLSFailure) {
            try unsafe engine.receive(bytes.span.bytes)
            return nil
        } catch {
            return error
        }
    }

    private final class Wire: TLSOutput {
        private(set) var bytes: [UInt8] = []

        func appendCiphertext(_ more: RawSpan) {
            unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }

        func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void) {
            unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { room in
                var span = unsafe OutputRawSpan(buffer: room, initializedCount: 0)
                fill(&span)
                _ = unsafe span.finalize(for: room)
            }
        }

        func take() -> [UInt8] {
            defer { bytes = [] }
            return bytes
        }
    }
}
