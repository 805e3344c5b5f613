internal import NIOCore

/// A buffer that the connections of one event loop lend each other, from one's turn to the next one's.
///
/// Each of them would otherwise take and give back as much with every turn, for which the kernel maps and clears pages, or
/// keep it while it is idle.
final class SpareBuffer {
    private var buffer = ByteBuffer()

    /// - Returns: an empty buffer, new only if whoever had the spare one still holds it, or it is too small.
    func take(minimumCapacity: Int = 0) -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &buffer)
        taken.clear(minimumCapacity: minimumCapacity)
        return taken
    }

    /// - Parameter used: may still be held, as by a socket that has not taken all of it.
    func giveBack(_ used: ByteBuffer) {
        buffer = used
    }
}

/// What the connections of one event loop lend each other.
final class SpareBuffers {
    let received = SpareBuffer()
    let plaintext = SpareBuffer()
    let ciphertext = SpareBuffer()
}
