package import Gossip
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The system's resolver (getaddrinfo(3): `/etc/hosts`, search domains, A and AAAA) on a thread of its own, since it
/// blocks for as long as the name servers are silent.
package final class NameResolver: Sendable {
    /// What a resolver is to `Discovery`.
    package typealias Resolve = @Sendable (DiscoveryTarget) async throws(Failure) -> [MemberAddress]

    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The system's own words, for example `Name or service not known`.
        package var description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    private let threads: NIOThreadPool

    /// - Parameter threads: names asked for at the same time.
    package init(threads count: Int = 2) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Fails at once when the calling task is cancelled; the question itself goes on until the system gives up.
    package func resolve(_ target: DiscoveryTarget) async throws(Failure) -> [MemberAddress] {
        let (answers, answer) = AsyncStream.makeStream(of: Result<[MemberAddress], Failure>.self)
        threads.submit { state in
            if case .active = state { answer.yield(Result { () throws(Failure) in try Self.addresses(of: target) }) }
            answer.finish()
        }
        for await result in answers { return try result.get() }
        throw Failure("no longer wanted")
    }

    /// No name is resolved after this. Waits for nobody.
    package func shutDown() {
        threads.shutdownGracefully { _ in }
    }

    /// Blocks.
    private static func addresses(of target: DiscoveryTarget) throws(Failure) -> [MemberAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(target.host, nil, &hints, &list)
        guard code == 0 else {
            throw Failure(code == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            guard let entry, let name = entry.pointee.ai_addr else { return nil }
            let bytes = UnsafeRawBufferPointer(start: name, count: Int(entry.pointee.ai_addrlen))
            return MemberAddress(socketName: bytes, port: target.port)
        }
    }
}
