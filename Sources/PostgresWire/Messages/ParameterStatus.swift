package import NIOCore

/// The server's word on one setting: name, NUL, value, NUL. Tag `S`.
package struct ParameterStatus: Equatable, Sendable {
    package static let tag = UInt8(ascii: "S")
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// - Parameter body: without tag and length.
    /// - Returns: `nil` unless the body is exactly two texts.
    package init?(decoding body: ByteBuffer) {
        var rest = body
        guard let name = rest.readTerminated(), let value = rest.readTerminated() else { return nil }
        guard rest.readableBytes == 0 else { return nil }
        self.init(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) {
            $0.writeTerminated(name.utf8)
            $0.writeTerminated(value.utf8)
        }
    }
}
