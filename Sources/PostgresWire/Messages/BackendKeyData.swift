package import NIOCore

/// What the client must show to cancel a query of this session. Tag `K`; process id, then the secret to the end.
package struct BackendKeyData: Equatable, Sendable {
    package static let tag = UInt8(ascii: "K")
    package var key: CancelKey

    package init(key: CancelKey) {
        self.key = key
    }

    /// - Parameter body: without tag and length.
    /// - Returns: `nil` unless a process id and a secret of 4 to 256 bytes are all there is.
    package init?(decoding body: ByteBuffer) {
        guard let key = CancelKey(decoding: body) else { return nil }
        self.key = key
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) { key.encode(into: &$0) }
    }
}
