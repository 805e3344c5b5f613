package import NIOCore

/// What a listening socket does when the process has no descriptor left for what it could accept.
package enum OutOfDescriptors {
    /// From one attempt to the next. Without it the connection that cannot be accepted makes the socket readable for
    /// ever, and its loop does nothing but try.
    package static let pause = TimeAmount.milliseconds(200)

    /// Gives a listening channel the pause.
    @Sendable package static func prepare(_ server: any Channel) -> EventLoopFuture<Void> {
        server.eventLoop.makeCompletedFuture {
            try server.pipeline.syncOperations.addHandler(
                AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { _ in pause })
        }
    }
}
