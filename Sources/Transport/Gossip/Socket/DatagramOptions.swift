internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A datagram socket's buffers, asked of and by the kernel.
enum DatagramOptions {
    private static let receiveBufferForced: CInt = 33  // SO_RCVBUFFORCE; needs CAP_NET_ADMIN.
    private static let memoryInfo: CInt = 55  // SO_MEMINFO
    private static let memoryInfoDrops = 8  // SK_MEMINFO_DROPS, the last of nine numbers.

    /// Asks for buffers of these sizes. A kernel that gives less is no failure.
    static func setBuffers(receive: Int, send: Int, of socket: CInt) {
        set(SO_SNDBUF, send, socket)
        set(SO_RCVBUF, receive, socket)
        if receiveBuffer(of: socket) < receive { set(receiveBufferForced, receive, socket) }
    }

    /// What was given. Linux doubles what is asked for, to have room for its own books, and tells the doubled number.
    static func receiveBuffer(of socket: CInt) -> Int {
        var (value, length): (CInt, socklen_t) = (0, socklen_t(MemoryLayout<CInt>.size))
        guard getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &value, &length) == 0 else { return 0 }
        return Int(value) / 2
    }

    /// Datagrams lost because the receive buffer was full, since the socket was made.
    static func drops(of socket: CInt) -> UInt64 {
        var numbers = [UInt32](repeating: 0, count: memoryInfoDrops + 1)
        var length = socklen_t(numbers.count * MemoryLayout<UInt32>.size)
        guard getsockopt(socket, SOL_SOCKET, memoryInfo, &numbers, &length) == 0 else { return 0 }
        return UInt64(numbers[memoryInfoDrops])
    }

    private static func set(_ option: CInt, _ size: Int, _ socket: CInt) {
        var value = CInt(clamping: size)
        setsockopt(socket, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
