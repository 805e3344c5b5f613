/// What one connection lets its peer ask for. Each figure bounds something that a stranger chooses.
package struct HTTP2Limits: Sendable {
    /// Streams that the peer may have open at once. Fewer than a few dozen stalls busy clients.
    package var concurrentStreams = 256
    /// Bytes the peer may send on one stream before its reader has taken some. Below 64 KiB long messages crawl.
    package var streamWindow = 256 * 1024
    /// The same for all streams together.
    package var connectionWindow = 1024 * 1024
    /// A header block, counted as HTTP/2 does: name, value and 32 bytes for each field (RFC 9113 §6.5.2). gRPC suggests
    /// 8 KiB. A call with more is refused with a status.
    package var headerListSize = 8 * 1024
    /// With more than this its stream is reset unanswered, since reading on to find out what it wanted would be work
    /// without end. Enough for a client that is honest and only mistaken to be told so.
    package var headerListReceived = 32 * 1024
    /// CONTINUATION frames of one block. With 16 KiB in each, eight are far more than `headerListReceived` needs
    /// (CVE-2024-28182).
    package var continuations = 8
    /// Acknowledgements of the peer's PINGs and SETTINGS that may wait unsent, because it does not read (CVE-2019-9512). An
    /// honest one waits for each before the next.
    package var unsentAcknowledgements = 1000
    /// Streams the peer may cancel: at once, and each second after that. More ends the connection (CVE-2023-44487). Clients
    /// with short deadlines cancel a lot, so that it is well above nghttp2's own 33 a second.
    package var peerResets = RateLimit(burst: 2000, perSecond: 500)
    /// Streams the peer may make us reset by its errors. More ends the connection (CVE-2025-8671). Honest clients do
    /// not, but for requests that cross their own cancellation.
    package var provokedResets = RateLimit(burst: 200, perSecond: 50)
    /// Frames that carry nothing for a call: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, … More ends the connection.
    /// Calls and what we send earn some back, since they come with PINGs and WINDOW_UPDATEs.
    package var idleFrames = RateLimit(burst: 4000, perSecond: 1000)
    /// Bytes of DATA in a frame that is not a stream's last. A shorter one counts as idle, since ten bytes of frame that carry
    /// one of a message are work for nothing; 64 is more than most of the small messages that earn their frames back.
    package var leastData = 64
    /// Bytes of frames of unknown kinds that count as one when many come at once. nghttp2 drops them without telling how many
    /// there were.
    package var bytesPerUnknownFrame = 32
    /// What each header block of the peer, each message of its that is whole and each that we have sent whole earns it, so that a fast client with
    /// small messages is not taken for a flood: gRPC's C core updates windows with every one of them.
    package var idleFramesPerMessage = 2
    /// Bytes of DATA sent that earn the peer one idle frame. A peer that opens its windows byte by byte earns nothing.
    package var bytesPerIdleFrame = 256
    /// Bad PINGs that are overlooked, as in every other gRPC.
    package var pingStrikes = 2
    /// Shortest time between keepalive PINGs while nothing is sent. gRPC's default is 5 min; clients of ours ask every 30 s.
    package var pingInterval: Duration = .seconds(10)

    package init() {}
}
