internal import NIOCore

/// Hands a channel's datagrams to the driver. Decides nothing.
final class GossipDatagramHandler<Core: GossipCore>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let driver: GossipDriver<Core>
    private var lastError: (any Error)?

    init(driver: GossipDriver<Core>) {
        self.driver = driver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        driver.datagramArrived(envelope.data, from: envelope.remoteAddress)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        driver.settle()
    }

    /// NIO closes the channel when the error is a lasting one.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lastError = error
    }

    func channelInactive(context: ChannelHandlerContext) {
        driver.channelClosed(context.channel, lastError)
    }
}
