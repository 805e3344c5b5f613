internal import NIOCore

/// The room that the connections of one event loop put their frames into, one after the other.
///
/// A busy connection would otherwise take and give back as much with each turn, and an idle one would keep it.
final class OutputRoom {
    /// What the kernel gets at once while the socket takes it: fewer calls, and the other side wakes less often. A client that
    /// takes nothing keeps as much, so that where there are more than `few` connections each gets less.
    private static let (size, sizeForMany) = (256 * 1024, 64 * 1024)
    private static let few = 32

    /// Connections that share it.
    var connections = 0
    /// For what is around the frames.
    let spare = SpareBuffers()
    private var buffer = ByteBuffer()

    /// - Returns: what was put out; `nil` when that was nothing. It is a new room only while the socket, or TLS, still
    ///   holds what was put out before.
    func fill(_ body: (inout OutputRawSpan) -> Void) -> ByteBuffer? {
        let size = connections > Self.few ? Self.sizeForMany : Self.size
        if buffer.capacity > size { buffer = ByteBuffer() }
        buffer.clear(minimumCapacity: size)
        buffer.writeWithOutputRawSpan(minimumWritableBytes: size, initializingWith: body)
        return buffer.readableBytes > 0 ? buffer : nil
    }
}
