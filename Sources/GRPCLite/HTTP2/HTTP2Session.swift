internal import CNGHTTP2

/// The one owner of an `nghttp2_session`: HTTP/2's frames, header tables, windows and stream states for one connection.
///
/// Bytes from the peer go in by ``receive(_:at:)``, bytes for it come out of ``takeOutput(limit:)``, and both leave
/// ``HTTP2Event``s for whoever owns the session. It opens nothing, waits for nothing, and belongs to one event loop.
///
/// A window opens again only when its owner returns credit: for the connection that is at once, for a stream when the
/// reader of the call has taken its messages. So a slow reader stalls its own stream alone.
@safe
final class HTTP2Session {
    enum Role {
        case client, server
    }

    let role: Role
    let limits: HTTP2Limits
    /// nghttp2 keeps a pointer back to this object in it; freed in `deinit` and nowhere else.
    private let handle: OpaquePointer

    private var events: [HTTP2Event] = []
    private var bodies: [HTTP2StreamID: OutboundBody] = [:]
    private var headersBeingReceived = HeaderBlock()
    private var idleFrames: TokenBucket
    private var provokedResets: TokenBucket
    private var now: ContinuousClock.Instant
    private(set) var failure: HTTP2Failure?

    init(_ role: Role, limits: HTTP2Limits, at now: ContinuousClock.Instant) throws(HTTP2Failure) {
        self.role = role
        self.limits = limits
        self.now = now
        idleFrames = TokenBucket(limits.idleFrames, at: now)
        provokedResets = TokenBucket(limits.provokedResets, at: now)
        unsafe handle = try HTTP2SessionFactory.makeHandle(role, limits: limits)
        unsafe nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
        try submitSettings()
    }

    deinit {
        unsafe nghttp2_session_del(handle)
    }

    private func submitSettings() throws(HTTP2Failure) {
        var settings: [(nghttp2_settings_id, Int)] = [
            (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
            (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListSize),
        ]
        switch role {
        case .server:
            settings.append((NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams))
            settings.append((NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        case .client:
            settings.append((NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        let entries = settings.map {
            nghttp2_settings_entry(settings_id: Int32(bitPattern: $0.0.rawValue), value: UInt32(clamping: $0.1))
        }
        try HTTP2Failure.check(
            unsafe entries.withUnsafeBufferPointer {
                unsafe nghttp2_submit_settings(handle, flags(NGHTTP2_FLAG_NONE), $0.baseAddress, $0.count)
            })
        try HTTP2Failure.check(
            unsafe nghttp2_session_set_local_window_size(
                handle, flags(NGHTTP2_FLAG_NONE), 0, Int32(clamping: limits.connectionWindow)))
    }

    // MARK: Bytes

    /// Nothing more will be read or written: the owner flushes what is left and closes.
    var isFinished: Bool {
        guard failure == nil else { return true }
        return unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
    }

    /// Takes bytes from the peer. A connection error becomes ``failure``.
    func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant) {
        guard failure == nil else { return }
        self.now = now
        let taken = unsafe bytes.withUnsafeBytes { raw in
            unsafe nghttp2_session_mem_recv(handle, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count)
        }
        if taken < 0 { failure = HTTP2Failure(code: taken) }
    }

    /// - Returns: frames for the peer: empty when there is nothing to send, else about `limit` bytes at most (a frame is
    ///   never cut in two).
    func takeOutput(limit: Int) -> [UInt8] {
        var output: [UInt8] = []
        while output.count < limit {
            var frame: UnsafePointer<UInt8>?
            let length = unsafe nghttp2_session_mem_send(handle, &frame)
            if length < 0, failure == nil { failure = HTTP2Failure(code: length) }
            guard length > 0 else { break }
            unsafe output.append(contentsOf: UnsafeBufferPointer(start: frame, count: length))
        }
        return output
    }

    /// - Returns: what was noticed since the last time, in order.
    func takeEvents() -> [HTTP2Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    // MARK: Streams

    /// Opens a stream. Requests beyond the peer's limit of streams wait in nghttp2.
    func submitRequest(_ fields: [HeaderField]) throws(HTTP2Failure) -> HTTP2StreamID {
        let stream = unsafe NameValueList.with(fields) { list, count in
            var provider = unsafe HTTP2SessionFactory.bodyProvider
            return unsafe nghttp2_submit_request(handle, nil, list, count, &provider, nil)
        }
        try HTTP2Failure.check(stream)
        bodies[stream] = OutboundBody()
        return stream
    }

    /// Starts an answer whose body and end follow.
    func submitResponse(_ fields: [HeaderField], on stream: HTTP2StreamID) {
        bodies[stream] = OutboundBody()
        let result = unsafe NameValueList.with(fields) { list, count in
            var provider = unsafe HTTP2SessionFactory.bodyProvider
            return unsafe nghttp2_submit_response(handle, stream, list, count, &provider)
        }
        note(result)
    }

    /// An answer that is one header block and nothing else.
    func submitWholeResponse(_ fields: [HeaderField], on stream: HTTP2StreamID) {
        note(
            unsafe NameValueList.with(fields) { list, count in
                unsafe nghttp2_submit_response(handle, stream, list, count, nil)
            })
    }

    /// Adds to the body of a stream whose headers were submitted; ignored when the stream has gone.
    func send(_ bytes: [UInt8], on stream: HTTP2StreamID) {
        bodies[stream]?.append(bytes)
        resume(stream)
    }

    /// Says how the stream ends once its body is sent; ignored when the stream has gone.
    func finish(_ stream: HTTP2StreamID, _ end: OutboundBody.End) {
        bodies[stream]?.end = end
        resume(stream)
    }

    /// Drops what was queued on the stream and ends it.
    func reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        note(unsafe nghttp2_submit_rst_stream(handle, flags(NGHTTP2_FLAG_NONE), stream, code.rawValue))
    }

    /// Opens the stream's window by bytes that its reader has taken.
    func returnCredit(_ byteCount: Int, on stream: HTTP2StreamID) {
        guard byteCount > 0 else { return }
        note(unsafe nghttp2_session_consume_stream(handle, stream, byteCount))
    }

    /// Whether we have half-closed or never opened the stream.
    func isLocallyClosed(_ stream: HTTP2StreamID) -> Bool {
        unsafe nghttp2_session_get_stream_local_close(handle, stream) != 0
    }

    // MARK: The connection

    func ping() {
        note(unsafe nghttp2_submit_ping(handle, flags(NGHTTP2_FLAG_NONE), nil))
    }

    /// First step of a graceful end: asks for no new streams, and refuses none yet. RFC 9113 §6.8.
    func announceShutdown() {
        note(unsafe nghttp2_submit_shutdown_notice(handle))
        ping()
    }

    /// Second step, and the only one of a client: streams that were not processed by now never will be. The session is
    /// finished when those that were are closed.
    func refuseNewStreams() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
        note(
            unsafe nghttp2_submit_goaway(
                handle, flags(NGHTTP2_FLAG_NONE), last, HTTP2ErrorCode.noError.rawValue, nil, 0))
    }

    /// Sends GOAWAY and ends at once, streams and all.
    func terminate(_ code: HTTP2ErrorCode) {
        note(unsafe nghttp2_session_terminate_session(handle, code.rawValue))
    }

    private func resume(_ stream: HTTP2StreamID) {
        guard let body = bodies[stream], body.isDeferred else { return }
        bodies[stream]?.isDeferred = false
        note(unsafe nghttp2_session_resume_data(handle, stream))
    }

    /// A refusal about one stream is a lawful race with its end; only running out of memory is the session's.
    private func note(_ result: Int32) {
        guard result == NGHTTP2_ERR_NOMEM.rawValue else { return }
        failure = HTTP2Failure(code: Int(result))
    }

    private func flags(_ flag: nghttp2_flag) -> UInt8 {
        UInt8(truncatingIfNeeded: flag.rawValue)
    }
}

// MARK: What nghttp2 reports

extension HTTP2Session {
    /// Called for the head of every frame.
    func frameBegan(type: UInt8, flags: UInt8, length: Int) {
        guard !carriesSomething(type: type, flags: flags, length: length) else { return }
        guard idleFrames.take(at: now) else { return terminate(.enhanceYourCalm) }
    }

    private func carriesSomething(type: UInt8, flags: UInt8, length: Int) -> Bool {
        switch UInt32(type) {
        case NGHTTP2_DATA.rawValue: length > 0 || flags & self.flags(NGHTTP2_FLAG_END_STREAM) != 0
        // nghttp2 meters these two itself.
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_RST_STREAM.rawValue: true
        default: false
        }
    }

    func headersBegan(on stream: HTTP2StreamID) {
        headersBeingReceived = HeaderBlock()
        guard role == .server else { return }
        // Equal urgency, incremental: streams take turns frame by frame. RFC 9218 §4.
        var takeTurns = nghttp2_extpri(urgency: 3, inc: 1)
        note(unsafe nghttp2_session_change_extpri_stream_priority(handle, stream, &takeTurns, 1))
    }

    /// - Returns: `false` when the block is so far over the limit that the stream is to be reset unanswered.
    func fieldReceived(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
        headersBeingReceived.size += name.count + value.count + HeaderField.overhead
        guard headersBeingReceived.size <= limits.headerListSize else {
            headersBeingReceived.isTooLarge = true
            return headersBeingReceived.size <= 4 * limits.headerListSize
        }
        headersBeingReceived.fields.append(
            unsafe HeaderField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        return true
    }

    func dataReceived(_ bytes: UnsafeBufferPointer<UInt8>, on stream: HTTP2StreamID) {
        events.append(.dataReceived(stream, unsafe Array(bytes)))
        note(unsafe nghttp2_session_consume_connection(handle, bytes.count))
    }

    func frameReceived(_ frame: nghttp2_frame) {
        let head = unsafe frame.hd
        let endsStream = head.flags & flags(NGHTTP2_FLAG_END_STREAM) != 0
        switch UInt32(head.type) {
        case NGHTTP2_HEADERS.rawValue:
            headersBeingReceived.endsStream = endsStream
            events.append(.headersReceived(head.stream_id, headersBeingReceived))
            headersBeingReceived = HeaderBlock()
        case NGHTTP2_DATA.rawValue:
            if endsStream { events.append(.streamEndedByPeer(head.stream_id)) }
        case NGHTTP2_SETTINGS.rawValue:
            if head.flags & flags(NGHTTP2_FLAG_ACK) == 0 { events.append(.settingsReceived) }
        case NGHTTP2_PING.rawValue:
            if head.flags & flags(NGHTTP2_FLAG_ACK) != 0 { events.append(.pingAcknowledged) }
        case NGHTTP2_GOAWAY.rawValue:
            let (last, code) = unsafe (frame.goaway.last_stream_id, frame.goaway.error_code)
            let debugData = unsafe Array(
                UnsafeBufferPointer(start: frame.goaway.opaque_data, count: min(frame.goaway.opaque_data_len, 64)))
            events.append(.goAwayReceived(last: last, HTTP2ErrorCode(rawValue: code), debugData: debugData))
        default:
            break
        }
    }

    func frameSent(_ frame: nghttp2_frame) {
        let head = unsafe frame.hd
        switch UInt32(head.type) {
        case NGHTTP2_DATA.rawValue:
            // The peer answers DATA with WINDOW_UPDATEs, which are idle frames of the lawful kind.
            idleFrames.giveBack(2)
        case NGHTTP2_HEADERS.rawValue:
            guard role == .server, head.flags & flags(NGHTTP2_FLAG_END_STREAM) != 0 else { return }
            // The answer ended before the request did: free the stream, or it counts against the limit for ever.
            if unsafe nghttp2_session_get_stream_remote_close(handle, head.stream_id) == 0 {
                reset(head.stream_id, .noError)
            }
        case NGHTTP2_RST_STREAM.rawValue:
            let code = HTTP2ErrorCode(rawValue: unsafe frame.rst_stream.error_code)
            guard role == .server, code != .noError, code != .cancel else { return }
            if !provokedResets.take(at: now) { terminate(.enhanceYourCalm) }
        default:
            break
        }
    }

    /// A request that the session could not send: the connection is going away, or the call was cancelled before.
    func frameNotSent(_ frame: nghttp2_frame) {
        let head = unsafe frame.hd
        guard role == .client, UInt32(head.type) == NGHTTP2_HEADERS.rawValue else { return }
        streamClosed(head.stream_id, HTTP2ErrorCode.refusedStream.rawValue)
    }

    func streamClosed(_ stream: HTTP2StreamID, _ code: UInt32) {
        bodies[stream] = nil
        events.append(.streamClosed(stream, HTTP2ErrorCode(rawValue: code)))
    }

    /// Fills one DATA frame, and submits the trailers behind the last.
    /// - Returns: the bytes written, or nghttp2's word for “nothing now”.
    func fillFrame(
        of stream: HTTP2StreamID, _ buffer: UnsafeMutableRawBufferPointer, flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        guard var body = bodies.removeValue(forKey: stream) else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        defer { bodies[stream] = body }
        var filled = 0
        while let slice = body.next(limit: buffer.count - filled) {
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: slice)
            filled += slice.count
        }
        if filled > 0 { events.append(.bodySent(stream, byteCount: filled)) }
        guard body.isEmpty else { return filled }
        switch body.end {
        case .open:
            guard filled == 0 else { return filled }
            body.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .withStream:
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        case .withTrailers(let fields):
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            note(
                unsafe NameValueList.with(fields) { list, count in
                    unsafe nghttp2_submit_trailer(handle, stream, list, count)
                })
        }
        return filled
    }
}
