internal import NIOCore

/// Plaintext written and not yet encrypted, in order.
struct PendingPlaintext {
    /// Neighbours are joined up to one TLS record (RFC 8446 §5.1), so that many small writes do not make many records.
    static let recordLimit = 16384

    private(set) var byteCount = 0
    private var buffers = CircularBuffer<ByteBuffer>()
    private var promises: [EventLoopPromise<Void>] = []

    /// Whether there is nothing to do at a flush; a write of no bytes still has its promise kept.
    var isEmpty: Bool { buffers.isEmpty }

    mutating func append(_ buffer: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        buffers.append(buffer)
        byteCount += buffer.readableBytes
        if let promise { promises.append(promise) }
    }

    /// - Returns: the next bytes to encrypt: one big buffer as it is, or small ones joined.
    mutating func takeChunk() -> ByteBuffer? {
        guard var chunk = buffers.popFirst() else { return nil }
        while var next = buffers.first, chunk.readableBytes + next.readableBytes <= Self.recordLimit {
            buffers.removeFirst()
            chunk.writeBuffer(&next)
        }
        byteCount -= chunk.readableBytes
        return chunk
    }

    /// One promise in the place of all that wait, since their bytes travel in one buffer.
    mutating func takePromise(on loop: any EventLoop) -> EventLoopPromise<Void>? {
        guard promises.count > 1 else { return promises.popLast() }
        let waiting = promises
        promises = []
        let joint = loop.makePromise(of: Void.self)
        joint.futureResult.whenComplete { result in
            for promise in waiting { promise.completeWith(result) }
        }
        return joint
    }

    mutating func failAll(_ error: any Error) {
        let waiting = promises
        self = PendingPlaintext()
        for promise in waiting { promise.fail(error) }
    }
}
