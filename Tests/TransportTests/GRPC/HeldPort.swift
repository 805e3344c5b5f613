import Glibc

/// A port of 127.0.0.1 at which nobody listens, and that nobody else is given, until a server of the test takes it.
///
/// A socket that is bound and does not listen refuses connections; with SO_REUSEADDR on both (socket(7)) another may bind
/// and listen beside it.
final class HeldPort {
    struct Unavailable: Error {
        var number = errno
    }

    let number: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var (isOn, address) = (Int32(1), sockaddr_in())
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, length) == 0 && getsockname(descriptor, name, &length) == 0
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw Unavailable() }
    }

    deinit {
        close(descriptor)
    }
}
