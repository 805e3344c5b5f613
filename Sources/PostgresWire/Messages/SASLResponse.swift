package import NIOCore

/// The client's half of a SASL exchange. Tag `p`, for both of its forms.
package enum SASLResponse {
    package static let tag = UInt8(ascii: "p")

    /// Mechanism, NUL, `Int32` length (-1 without data), data.
    package struct Initial: Equatable, Sendable {
        package var mechanism: String
        package var data: [UInt8]?

        package init(mechanism: String, data: [UInt8]?) {
            self.mechanism = mechanism
            self.data = data
        }

        /// - Parameter body: without tag and length.
        /// - Returns: `nil` when length and bytes do not agree.
        package init?(decoding body: ByteBuffer) {
            var rest = body
            guard let mechanism = rest.readTerminated(), let length = rest.readInteger(as: Int32.self) else {
                return nil
            }
            self.mechanism = String(decoding: mechanism, as: UTF8.self)
            if length == -1, rest.readableBytes == 0 { return }
            guard Int(length) == rest.readableBytes else { return nil }
            data = Array(rest.readableBytesView)
        }

        package func encode(into buffer: inout ByteBuffer) {
            buffer.writeFrame(tag: SASLResponse.tag) {
                $0.writeTerminated(mechanism.utf8)
                $0.writeInteger(data.map { Int32(clamping: $0.count) } ?? -1)
                $0.writeBytes(data ?? [])
            }
        }
    }

    /// The later ones are the mechanism's bytes and nothing else.
    package static func encode(_ data: [UInt8], into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: tag) { $0.writeBytes(data) }
    }
}
