/// How a cancel request ended. The client is never told: by the protocol its socket is just closed.
package enum CancelOutcome: String, Sendable, CaseIterable {
    /// The compute has closed its side: it has acted, or knows that key no more.
    case done
    /// No session has that key.
    case notFound = "not_found"
    /// The endpoint's rules do not let in whoever asked.
    case refused
    /// The compute, or the proxy that knows the session, could not be told in time.
    case failed
}

/// By what a cancel request was served.
package enum CancelPath: String, Sendable, CaseIterable {
    /// The session is here.
    case own
    /// The key said it all.
    case token
    /// Another proxy has the session, and was asked.
    case peer
    /// Another proxy asked.
    case forPeer = "for_peer"
}
