// What a handler says and asks beside its messages.
extension ServerCallContext {
    /// Adds metadata to the response headers, which leave with the first message, with the end, or when
    /// ``sendInitialMetadata()`` is called.
    /// - Returns: `false`, with nothing added, when they have left.
    @discardableResult
    package func addInitialMetadata(_ metadata: Metadata) -> Bool {
        call?.outbound.withHead { head in
            guard !head.isSent else { return false }
            head.initial.append(metadata)
            return true
        } ?? false
    }

    /// Sends the response headers without waiting for a message. The call can then not be tried again elsewhere.
    package func sendInitialMetadata() {
        call?.flushHeaders()
    }

    /// Adds metadata to the trailers, whatever the status will be.
    package func addTrailingMetadata(_ metadata: Metadata) {
        call?.outbound.withHead { $0.trailing.append(metadata) }
    }

    /// Has responses compressed from now on, where that makes them shorter. To be said before the first of them.
    /// - Returns: `false` when the client takes none, or the headers have left.
    @discardableResult
    package func compressResponses() -> Bool {
        guard let call, call.clientAcceptsGzip, call.outbound.withHead({ !$0.isSent }) else { return false }
        call.outbound.declare(.gzip)
        return true
    }

    /// Whether the request message that was read last came compressed.
    package var wasLastRequestCompressed: Bool {
        call?.wasLastRequestCompressed ?? false
    }
}
