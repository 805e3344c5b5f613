/// What one connection lets its peer ask for. Each figure bounds something that a stranger chooses.
package struct HTTP2Limits: Sendable {
    /// Streams that the peer may have open at once. Fewer than a few dozen stalls busy clients.
    package var concurrentStreams = 256
    /// Bytes the peer may send on one stream before its reader has taken some. Below 64 KiB long messages crawl.
    package var streamWindow = 256 * 1024
    /// The same for all streams together.
    package var connectionWindow = 1024 * 1024
    /// A header block, counted as HTTP/2 does: name, value and 32 bytes for each field. RFC 9113 §6.5.2.
    package var headerListSize = 16 * 1024
    /// Streams the peer may cancel: at once, and each second after that. More ends the connection.
    package var peerResets = RateLimit(burst: 2000, perSecond: 500)
    /// Streams the peer may make us reset by its errors. More ends the connection (CVE-2025-8671).
    package var provokedResets = RateLimit(burst: 200, perSecond: 50)
    /// Frames that carry nothing for a call: PING, SETTINGS, PRIORITY, empty DATA, … More ends the connection.
    package var idleFrames = RateLimit(burst: 4000, perSecond: 1000)

    package init() {}
}
