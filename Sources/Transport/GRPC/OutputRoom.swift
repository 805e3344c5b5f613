internal import NIOCore

/// The room that the connections of one event loop put their frames into, one after the other.
///
/// A busy connection would otherwise take and give back as much with each turn, and an idle one would keep it.
final class OutputRoom {
    /// What the kernel gets at once while the socket takes it: fewer calls, and the other side wakes less often.
    private static let size = 256 * 1024

    /// For what is around the frames.
    let spare = SpareBuffers()
    private var buffer = ByteBuffer()

    /// - Returns: what was put out; `nil` when that was nothing. It is a new room only while the socket, or TLS, still
    ///   holds what was put out before.
    func fill(_ body: (inout OutputRawSpan) -> Void) -> ByteBuffer? {
        buffer.clear(minimumCapacity: Self.size)
        buffer.writeWithOutputRawSpan(minimumWritableBytes: Self.size, initializingWith: body)
        return buffer.readableBytes > 0 ? buffer : nil
    }
}
