/// What a peer did that a limit or the protocol forbids. Each costs the peer a call or its connection, and is counted.
package enum HTTP2Offence: String, Sendable, CaseIterable {
    /// The connection did not begin with HTTP/2's preface.
    case badPreface = "bad_preface"
    /// Bytes that break HTTP/2: wrong lengths, wrong order, header tables out of step.
    case protocolError = "protocol_error"
    /// Streams opened and cancelled at once, again and again (CVE-2023-44487).
    case rapidReset = "rapid_reset"
    /// Streams that the peer made us reset, again and again (CVE-2025-8671).
    case provokedResets = "provoked_resets"
    /// A header block in too many CONTINUATION frames (CVE-2024-28182).
    case continuationFlood = "continuation_flood"
    /// More PING or SETTINGS than acknowledgements can be sent, because the peer does not read (CVE-2019-9512, -9515).
    case unreadAcknowledgements = "unread_acknowledgements"
    case pingFlood = "ping_flood"
    case settingsFlood = "settings_flood"
    case windowUpdateFlood = "window_update_flood"
    /// DATA without bytes and without an end (CVE-2019-9518).
    case emptyDataFlood = "empty_data_flood"
    /// DATA in frames of a few bytes, far more of them than messages.
    case tinyDataFlood = "tiny_data_flood"
    /// Interim answers (1xx) without end. Of servers alone.
    case interimFlood = "interim_flood"
    case priorityFlood = "priority_flood"
    /// Frames of kinds that nobody knows.
    case unknownFrameFlood = "unknown_frame_flood"
    /// Keepalive PINGs more often than allowed.
    case tooManyPings = "too_many_pings"
    /// A stream that breaks HTTP/2: a content's length that is a lie, a window beyond all bounds, fields that must not be.
    /// It is reset.
    case streamError = "stream_error"
    /// A header list over the limit, an HPACK bomb among them. The call is refused, or its stream reset.
    case headerListTooLarge = "header_list_too_large"
    /// More streams than allowed, or more handlers that have not noticed their end. The stream is refused.
    case tooManyStreams = "too_many_streams"
    /// More bytes of unfinished requests than the connection may keep, or most of them when those of all connections are
    /// too many. The call is refused.
    case tooManyUnfinishedBytes = "too_many_unfinished_bytes"
    /// More bytes than handlers of the connection may hold of messages that came compressed. The call is refused.
    case tooManyUnpackedBytes = "too_many_unpacked_bytes"
    /// A request that was begun and hardly grew for too long. The call is refused.
    case stalledRequest = "stalled_request"
    /// The client that had the most answers waiting when all together were too many. Its fullest streams are reset.
    case tooManyUnsentBytes = "too_many_unsent_bytes"
    /// A stream with an answer to send and next to no window for it for too long. It is reset.
    case stalledStream = "stalled_stream"
    /// A header block that was begun and not ended in time.
    case unfinishedHeaders = "unfinished_headers"
    /// No HTTP/2 SETTINGS in time, or no acknowledgement of ours.
    case noSettings = "no_settings"
    /// No answer to a PING in time.
    case noAnswer = "no_answer"
    /// TLS that failed, did not choose HTTP/2, showed somebody else, or was not done in time. The connection is closed.
    case badHandshake = "bad_handshake"
    /// One connection too many, in all or from one address, or one handshake. It is closed when it is accepted.
    case tooManyConnections = "too_many_connections"
    /// A message that gRPC's framing forbids: too long, cut off, an unknown flag.
    case malformedMessage = "malformed_message"

    /// Of a flood of frames that carry nothing, by the kind of the frame that was one too many. RFC 9113 §6.
    init(floodOf type: UInt8, length: Int) {
        switch type {
        case 0x0: self = length == 0 ? .emptyDataFlood : .tinyDataFlood
        case 0x1: self = .interimFlood
        case 0x2: self = .priorityFlood
        case 0x4: self = .settingsFlood
        case 0x6: self = .pingFlood
        case 0x8: self = .windowUpdateFlood
        case 0x9: self = .continuationFlood
        default: self = .unknownFrameFlood
        }
    }
}
