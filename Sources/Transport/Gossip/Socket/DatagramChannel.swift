internal import NIOCore
internal import NIOPosix

/// The bound socket under a gossip driver.
enum DatagramChannel {
    /// Datagrams of one read (`recvmmsg`), and reads before the loop's other work gets its turn.
    static let messagesPerRead = 32
    static let readsPerTurn = 4
    /// Room for each. More than the longest datagram, so that a longer one is seen to be longer.
    static let room = 2048

    /// Binds, and reads nothing yet.
    /// - Parameter host: an IP address.
    static func bind(
        host: String, port: Int, _ configuration: GossipSocketConfiguration, on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        // No `SO_REUSEADDR`: two processes on one port would each get a part of the datagrams.
        let bootstrap = DatagramBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .channelOption(.datagramVectorReadMessageCount, value: messagesPerRead)
            .channelOption(.maxMessagesPerRead, value: UInt(readsPerTurn))
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: messagesPerRead * room))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    withDescriptor(of: channel) { descriptor in
                        DatagramOptions.setBuffers(
                            receive: configuration.receiveBuffer, send: configuration.sendBuffer, of: descriptor)
                    }
                }
            }
        do {
            return bootstrap.bind(to: try SocketAddress(ipAddress: host, port: port))
        } catch {
            return loop.makeFailedFuture(error)
        }
    }

    /// To be called on the channel's loop.
    /// - Returns: `nil` when the channel is closed.
    @discardableResult
    static func withDescriptor<Answer>(of channel: any Channel, _ body: (CInt) -> Answer) -> Answer? {
        let answer = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self, body)
        return answer ?? nil
    }
}
