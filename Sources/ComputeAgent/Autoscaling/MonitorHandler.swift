internal import Logging
internal import NIOCore
internal import NIOWebSocket

/// Frames of one connection, in and out of its ``MonitorDialogue``.
final class MonitorHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let desk: MonitorDesk
    private var dialogue = MonitorDialogue()
    private var isDeciding = false
    /// Of a message that came in parts.
    private var parts: ByteBuffer?

    init(desk: MonitorDesk) {
        self.desk = desk
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        desk.opened(context.channel) {
            loop.execute {
                let (handler, context) = bound.value
                guard context.channel.isActive else { return }
                handler.carryOut(handler.dialogue.wantsUpscale(), context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        desk.closed(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: take(frame, into: ByteBuffer(), context)
        case .continuation:
            guard let parts else { return carryOut([.close(MonitorDialogue.protocolError)], context) }
            take(frame, into: parts, context)
        case .ping: write(.pong, frame.unmaskedData, context)
        case .connectionClose: carryOut([.close(1000)], context)
        case .pong: break
        default: carryOut(dialogue.receivedBinary(), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        desk.log.debug("an autoscaler's connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    private func take(_ frame: WebSocketFrame, into begun: ByteBuffer, _ context: ChannelHandlerContext) {
        var message = begun
        var piece = frame.unmaskedData
        guard message.readableBytes + piece.readableBytes <= MonitorDialogue.textLimit else {
            return carryOut([.close(MonitorDialogue.tooBig)], context)
        }
        message.writeBuffer(&piece)
        guard frame.fin else {
            parts = message
            return
        }
        parts = nil
        carryOut(dialogue.received(text: String(buffer: message)), context)
    }

    private func carryOut(_ actions: [MonitorDialogue.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let text): write(.text, ByteBuffer(string: text), context)
            case .decide(let request, let id): decide(request, id: id, context)
            case .note(let text): desk.log.warning("\(text.prefix(200))")
            case .close(let status):
                var reason = ByteBuffer()
                reason.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: status))
                write(.connectionClose, reason, context)
                context.close(promise: nil)
            }
        }
    }

    /// One at a time: an autoscaler that does not wait for an answer has to ask again.
    private func decide(_ request: MonitorRequest, id: Int64, _ context: ChannelHandlerContext) {
        guard !isDeciding else {
            return carryOut(dialogue.reply(.internalError("another size is being taken up"), id: id), context)
        }
        isDeciding = true
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let answer = context.eventLoop.makeFutureWithTask { [desk] in await desk.answer(to: request) }
        answer.whenSuccess { answer in
            let (handler, context) = bound.value
            handler.isDeciding = false
            guard let answer, context.channel.isActive else { return }
            handler.carryOut(handler.dialogue.reply(answer, id: id), context)
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }
}
