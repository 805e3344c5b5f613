package import NIOCore
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Opens TCP connections.
package enum Dialer {
    /// - Parameters:
    ///   - host: an address or a name; of a name's addresses the first to answer is taken (RFC 8305).
    ///   - loop: where the connection will live.
    ///   - timeout: for name and connection together.
    package static func connect(
        host: String, port: Int, on loop: any EventLoop, timeout: Duration
    ) async throws(DialFailure) -> ByteStream {
        guard (0...65535).contains(port) else { throw DialFailure(.other, "\(host):\(port) is no address") }
        return try await connect(on: loop, timeout: timeout, SocketOptions.standard, "\(host):\(port)") { bootstrap in
            // Skips the resolver's thread for plain addresses.
            if let address = try? SocketAddress(ipAddress: host, port: port) {
                return bootstrap.connect(to: address)
            }
            return bootstrap.connect(host: host, port: port)
        }
    }

    /// - Parameter path: of a socket in the file system.
    package static func connect(
        socket path: String, on loop: any EventLoop, timeout: Duration
    ) async throws(DialFailure) -> ByteStream {
        try await connect(on: loop, timeout: timeout, nil, path) { $0.connect(unixDomainSocketPath: path) }
    }

    private static func connect(
        on loop: any EventLoop, timeout: Duration, _ options: SocketOptions?, _ name: String,
        _ open: @escaping @Sendable (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws(DialFailure) -> ByteStream {
        let dial = Dial(loop)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: ReceiveBuffers())
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try options?.apply { option, value in
                        try channel.syncOptions?.setOption(option, value: value)
                    }
                    try channel.pipeline.syncOperations.addHandler(StreamHandler())
                }
            }
        do {
            return try await withTaskCancellationHandler {
                dial.answer(from: open(bootstrap))
                return try await dial.stream.futureResult.get()
            } onCancel: {
                dial.cancel()
            }
        } catch {
            throw DialFailure(Self.reason(of: error), "\(name): \(error)")
        }
    }

    private static func reason(of error: any Error) -> DialFailure.Reason {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(of: first.error) }
            return error.dnsAError == nil && error.dnsAAAAError == nil ? .other : .nameNotFound
        case is CancellationError: return .cancelled
        case ChannelError.connectTimeout: return .timedOut
        case let error as IOError: return reason(ofErrno: error.errnoCode)
        default: return .other
        }
    }

    private static func reason(ofErrno code: CInt) -> DialFailure.Reason {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        case ETIMEDOUT: .timedOut
        case EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS, ENOMEM: .exhausted
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
        default: .other
        }
    }
}

/// One attempt, which is answered once: by the network or by cancellation. A connection that comes too late is closed.
private final class Dial: Sendable {
    let stream: EventLoopPromise<ByteStream>
    private let isAnswered = Atomic(false)

    init(_ loop: any EventLoop) {
        stream = loop.makePromise()
    }

    func answer(from connecting: EventLoopFuture<any Channel>) {
        connecting.whenComplete { result in
            let isFirst = !self.isAnswered.exchange(true, ordering: .acquiringAndReleasing)
            switch result {
            case .failure(let error):
                if isFirst { self.stream.fail(error) }
            case .success(let channel):
                guard isFirst else { return channel.close(promise: nil) }
                self.stream.completeWith(
                    Result {
                        let handler = try channel.pipeline.syncOperations.handler(type: StreamHandler.self)
                        return ByteStream(channel: channel, handler: handler)
                    })
            }
        }
    }

    func cancel() {
        guard !isAnswered.exchange(true, ordering: .acquiringAndReleasing) else { return }
        stream.fail(CancellationError())
    }
}
