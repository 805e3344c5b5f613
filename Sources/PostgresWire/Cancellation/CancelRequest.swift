package import NIOCore

/// Asks, on a connection of its own, that the query of another session be cancelled. Never answered.
package struct CancelRequest: Equatable, Sendable {
    package var key: CancelKey

    package init(key: CancelKey) {
        self.key = key
    }

    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(8 + 4 + key.secret.count))
        buffer.writeInteger(StartupCode.cancelRequest)
        key.encode(into: &buffer)
        return buffer
    }
}
