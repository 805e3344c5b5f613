internal import NIOCore

/// The room that the connections of one event loop put their frames into, one after the other.
///
/// A busy connection would otherwise take and give back 64 KiB with each turn, and an idle one would keep them.
final class OutputRoom {
    private static let size = 64 * 1024

    private var buffer = ByteBuffer()

    /// - Returns: what was put out; `nil` when that was nothing. It is a new room only while the socket, or TLS, still
    ///   holds what was put out before.
    func fill(_ body: (inout OutputRawSpan) -> Void) -> ByteBuffer? {
        buffer.clear(minimumCapacity: Self.size)
        buffer.writeWithOutputRawSpan(minimumWritableBytes: Self.size, initializingWith: body)
        return buffer.readableBytes > 0 ? buffer : nil
    }
}
