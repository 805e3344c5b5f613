package import NIOCore

/// A password in clear. Tag `p`; the bytes, then one NUL. Does not print.
package struct PasswordMessage: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package static let tag = UInt8(ascii: "p")

    package enum Malformed: Error, Equatable {
        case terminatorMissing
        /// A password cannot contain NUL.
        case bytesBehindTerminator(Int)
    }

    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter body: without tag and length.
    package init(decoding body: ByteBuffer) throws(Malformed) {
        var rest = body
        guard let text = rest.readTerminated() else { throw .terminatorMissing }
        guard rest.readableBytes == 0 else { throw .bytesBehindTerminator(rest.readableBytes) }
        bytes = Array(text)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) { $0.writeTerminated(bytes) }
    }

    package var description: String { "<secret>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
