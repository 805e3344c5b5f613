internal import Gossip

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Sealed datagrams on their way to the kernel, which takes them all in one call.
///
/// They go past NIO's own writing on purpose. NIO keeps what the kernel does not take, without limit, and closes the
/// socket when one receiver has no route or a firewall refuses it; for gossip a datagram that cannot go now is a lost
/// one, which repair makes good, and says nothing of the others.
struct DatagramBatch {
    /// Datagrams of one call. More go in several.
    static let limit = 64

    struct Outcome {
        var sent = 0
        var sentBytes = 0
        /// The kernel's buffer was full. The rest of the batch was dropped.
        var dropped = 0
        /// Refused one by one: by the routes, a firewall, the family.
        var failures: [(code: CInt, to: MemberAddress)] = []
    }

    /// The bytes of all, one after the other; each is appended by whoever seals it.
    var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var receivers: [MemberAddress] = []
    private let isIPv6: Bool
    // The kernel's form of the same, in memory that is kept.
    private var addresses = [sockaddr_storage](repeating: sockaddr_storage(), count: limit)
    private var addressLengths = [socklen_t](repeating: 0, count: limit)
    private var vectors = [iovec](repeating: iovec(), count: limit)
    private var messages = [SendMultiple.Message](repeating: SendMultiple.Message(), count: limit)

    /// - Parameter isIPv6: the family of the socket.
    init(isIPv6: Bool) {
        self.isIPv6 = isIPv6
    }

    var count: Int { ends.count }
    var isEmpty: Bool { ends.isEmpty }
    var isFull: Bool { ends.count >= Self.limit }

    /// Ends the datagram whose bytes were appended since the last one ended. Not to be called on a full batch.
    /// - Returns: `false`, with those bytes gone, when the socket's family cannot reach the receiver.
    mutating func end(to receiver: MemberAddress) -> Bool {
        let index = ends.count
        guard index < Self.limit, let length = receiver.store(in: &addresses[index], forIPv6Socket: isIPv6) else {
            bytes.removeLast(bytes.count - (ends.last ?? 0))
            return false
        }
        addressLengths[index] = length
        ends.append(bytes.count)
        receivers.append(receiver)
        return true
    }

    /// Gives the datagrams to the kernel and empties the batch.
    mutating func send(through socket: CInt) -> Outcome {
        var outcome = Outcome()
        var next = 0
        while next < ends.count {
            switch sendMessages(from: next, through: socket) {
            case .success(let count):
                outcome.sent += count
                outcome.sentBytes += ends[next + count - 1] - start(of: next)
                next += count
            case .failure(let failure) where failure.code == EINTR: continue
            case .failure(let failure) where [EAGAIN, EWOULDBLOCK, ENOBUFS].contains(failure.code):
                outcome.dropped += ends.count - next
                next = ends.count
            case .failure(let failure):
                outcome.failures.append((failure.code, receivers[next]))
                next += 1
            }
        }
        drop()
        return outcome
    }

    /// Empties the batch unsent.
    mutating func drop() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        receivers.removeAll(keepingCapacity: true)
    }

    private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

    private struct SystemFailure: Error {
        var code: CInt
    }

    /// - Returns: how many the kernel took, at least one.
    private mutating func sendMessages(from first: Int, through socket: CInt) -> Result<Int, SystemFailure> {
        let ends = ends
        let lengths = addressLengths
        return bytes.withUnsafeMutableBytes { bytes in
            addresses.withUnsafeMutableBufferPointer { addresses in
                vectors.withUnsafeMutableBufferPointer { vectors in
                    messages.withUnsafeMutableBufferPointer { messages in
                        for index in first..<ends.count {
                            let start = index == 0 ? 0 : ends[index - 1]
                            vectors[index] = iovec(
                                iov_base: bytes.baseAddress.map { $0 + start }, iov_len: ends[index] - start)
                            messages[index].header.msg_name = UnsafeMutableRawPointer(
                                addresses.baseAddress.map { $0 + index })
                            messages[index].header.msg_namelen = lengths[index]
                            messages[index].header.msg_iov = vectors.baseAddress.map { $0 + index }
                            messages[index].header.msg_iovlen = 1
                        }
                        let count = SendMultiple.send(
                            UnsafeMutableBufferPointer(rebasing: messages[first..<ends.count]), to: socket)
                        return count > 0 ? .success(count) : .failure(SystemFailure(code: errno))
                    }
                }
            }
        }
    }
}
