/// What a caller may say about one call.
package struct CallOptions: Sendable {
    /// The whole call, connecting included, ends `DEADLINE_EXCEEDED` after this long; `nil` waits for ever.
    package var timeout: Duration?
    /// Sent with the request.
    package var metadata: Metadata
    /// Of the requests, where that makes them shorter. Any answer may come compressed.
    package var encoding: MessageEncoding
    /// Waits for a server to be there for as long as the timeout allows, instead of failing `UNAVAILABLE` when none is.
    package var waitsForReady = false
    /// For interceptors; set by whoever makes the call.
    var shape = CallShape.bidirectional

    package init(timeout: Duration? = nil, metadata: Metadata = [:], encoding: MessageEncoding = .identity) {
        self.timeout = timeout
        self.metadata = metadata
        self.encoding = encoding
    }

    package static let none = CallOptions()

    func shaped(_ shape: CallShape) -> CallOptions {
        var options = self
        options.shape = shape
        return options
    }
}
