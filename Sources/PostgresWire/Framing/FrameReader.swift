package import NIOCore

/// Cuts a byte stream into frames. A partly received frame stays inside until the rest arrives.
package struct FrameReader: Sendable {
    /// Body bytes at most, for each phase in which a frame is read by us. The relay reads none.
    package enum Limit {
        /// What a client may send before it is authenticated; PostgreSQL's own limit for SASL messages.
        package static let clientLogin = 1_024
        /// A password in clear, with an endpoint's name in front; Neon's limit.
        package static let clientPassword = 512
        /// What a server may send in one message before it is ready.
        package static let upstreamLogin = 65_536
        /// One message of an answer to a simple query of ours.
        package static let queryAnswer = 16 * 1_024 * 1_024
    }

    /// Largest body accepted from now on.
    package var bodyLimit: Int
    private var buffer = ByteBuffer()

    package init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    package mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// - Returns: the next whole frame, or `nil` while it has not arrived. After an error the reader is of no more use.
    package mutating func next() throws(FrameHeader.Malformed) -> Frame? {
        var rest = buffer
        guard let header = try FrameHeader.read(from: &rest, bodyLimit: bodyLimit) else { return nil }
        guard rest.readableBytes >= header.bodyLength else { return nil }
        guard let bytes = buffer.readSlice(length: FrameHeader.byteCount + header.bodyLength) else { return nil }
        return Frame(tag: header.tag, bytes: bytes)
    }

    /// What has been received and not been read as a frame: it belongs to whoever reads next. Empties the reader.
    package mutating func takeSurplus() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }
}
