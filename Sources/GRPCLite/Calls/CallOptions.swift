/// What a caller may say about one call.
package struct CallOptions: Sendable {
    /// The whole call, connecting included, ends `DEADLINE_EXCEEDED` after this long; `nil` waits for ever.
    package var timeout: Duration?
    /// Sent with the request.
    package var metadata: Metadata

    package init(timeout: Duration? = nil, metadata: Metadata = [:]) {
        self.timeout = timeout
        self.metadata = metadata
    }

    package static let none = CallOptions()
}
