#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// `sendmmsg(2)`. Linux has had it since 3.0, but its declaration stands behind `_GNU_SOURCE`, which Swift does not set:
/// it is looked up by name.
enum SendMultiple {
    /// `struct mmsghdr`.
    struct Message {
        var header = msghdr()
        var sentLength: CUnsignedInt = 0
    }

    private typealias Function = @convention(c) (CInt, UnsafeMutableRawPointer?, CUnsignedInt, CInt) -> CInt

    private static let function: Function? = dlsym(nil, "sendmmsg").map { unsafeBitCast($0, to: Function.self) }

    /// - Returns: how many of the messages, from the first, the kernel took; -1 with `errno` when it took none.
    static func send(_ messages: UnsafeMutableBufferPointer<Message>, to socket: CInt) -> Int {
        guard let function else {
            guard let first = messages.baseAddress else { return 0 }
            return sendmsg(socket, &first.pointee.header, 0) < 0 ? -1 : 1
        }
        return Int(function(socket, messages.baseAddress, CUnsignedInt(messages.count), 0))
    }
}
