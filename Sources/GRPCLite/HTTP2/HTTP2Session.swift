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
    private var bodies = StreamTable<OutboundBody>()
    private var headersBeingReceived = HeaderBlock()
    /// GOAWAY says why the connection ends; nothing is taken in any more, and nothing but that is sent.
    private var isEnding = false
    private var hasEnded = false
    /// The last stream that the final GOAWAY promises to serve. Those above it, which may come before that has left, are
    /// not begun: the client tries them elsewhere.
    private var lastServed = HTTP2StreamID.max
    /// Bytes of all streams that wait to be sent.
    private(set) var unsentBytes = 0
    private var conduct: PeerConduct
    private var follower: FrameFollower
    /// What the bytes amount to that nghttp2 has dropped without a word; an offence only if it did not drop them because it had
    /// found an error before, which it says in a GOAWAY that has yet to leave.
    private var suspicion: HTTP2Offence?
    /// nghttp2 has ended the connection for an error of the peer's.
    private var hasFoundError = false
    private var now: ContinuousClock.Instant
    private(set) var failure: HTTP2Failure?
    /// Where the bytes are that are being received. Zero at other times.
    private var inputStart: UInt = 0
    /// Where frames are put while they are taken. Empty at other times.
    private var room = FrameRoom()

    init(_ role: Role, limits: HTTP2Limits, at now: ContinuousClock.Instant) throws(HTTP2Failure) {
        self.role = role
        self.limits = limits
        self.now = now
        conduct = PeerConduct(ofClient: role == .server, limits, at: now)
        follower = FrameFollower(ofClient: role == .server)
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

    /// The header block that is being received, be it read or dropped; see ``FrameFollower/openHeaderBlock``.
    var openHeaderBlock: Int? { follower.openHeaderBlock }

    /// Nothing more will be read or written: the owner flushes what is left and closes.
    var isFinished: Bool {
        guard failure == nil, !hasEnded else { return true }
        return unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
    }

    static let frameHeadLength = 9
    /// A frame of 16 KiB, its head and its padding.
    private static let longestFrame = 16 * 1024 + frameHeadLength + 1 + 255
    /// The longest that nghttp2 gives out at once: a DATA frame, and the frame behind it.
    static let longestOutput = 2 * longestFrame

    /// Takes bytes from the peer. A connection error becomes ``failure``. Those events about them that say where bytes
    /// are mean places in `bytes`, and are to be taken before the next call.
    func receive(_ bytes: borrowing RawSpan, at now: ContinuousClock.Instant) {
        judgeSuspicion()
        guard failure == nil, !isEnding else { return }
        self.now = now
        follower.received(bytes)
        let taken = unsafe bytes.withUnsafeBytes { raw in
            inputStart = UInt(bitPattern: raw.baseAddress)
            defer { inputStart = 0 }
            return unsafe nghttp2_session_mem_recv(
                handle, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count)
        }
        guard taken < 0 else {
            suspicion = conduct.received(bytes.byteCount, at: now)
            return
        }
        failure = HTTP2Failure(code: taken)
        switch nghttp2_error(rawValue: Int32(clamping: taken)) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC: events.append(.offence(.badPreface))
        case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS: events.append(.offence(.continuationFlood))
        case NGHTTP2_ERR_FLOODED: events.append(.offence(.unreadAcknowledgements))
        default: events.append(.offence(.protocolError))
        }
    }

    /// Puts out frames for the peer, as many whole ones as there is room for; nothing when there is nothing to send.
    ///
    /// - Parameter output: has room for ``longestOutput``, or nothing is put out.
    func takeOutput(into output: inout OutputRawSpan) {
        unsafe output.withUnsafeMutableBytes { bytes, used in
            unsafe room = FrameRoom(bytes, used: used)
            putOutFrames()
            if suspicion != nil, room.left >= Self.longestOutput {
                // nghttp2 has said all that it had to say.
                judgeSuspicion()
                putOutFrames()
            }
            used = room.used
            room = FrameRoom()
        }
    }

    private func putOutFrames() {
        // The bodies of DATA frames find their way there by themselves: see `putOutFrame`.
        while room.left >= Self.longestOutput {
            var frame: UnsafePointer<UInt8>?
            let length = unsafe nghttp2_session_mem_send(handle, &frame)
            if length < 0, failure == nil { failure = HTTP2Failure(code: length) }
            guard length > 0 else { return }
            unsafe room.append(UnsafeRawBufferPointer(start: frame, count: length))
        }
    }

    private func judgeSuspicion() {
        defer { suspicion = nil }
        if !hasFoundError { judge(suspicion) }
    }

    /// - Returns: what was noticed since the last time, in order.
    func takeEvents() -> [HTTP2Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    // MARK: Streams

    /// Opens a stream. Requests beyond the peer's limit of streams wait in nghttp2.
    func submitRequest(_ fields: [HeaderField]) throws(HTTP2Failure) -> HTTP2StreamID {
        let stream = unsafe NameValueList.with([], fields) { list, count in
            var provider = unsafe HTTP2SessionFactory.bodyProvider
            return unsafe nghttp2_submit_request(handle, nil, list, count, &provider, nil)
        }
        try HTTP2Failure.check(stream)
        bodies.insert(OutboundBody(), at: stream)
        return stream
    }

    /// Starts an answer whose body and end follow.
    ///
    /// - Parameter constants: come first.
    func submitResponse(_ constants: [ConstantField] = [], _ fields: [HeaderField], on stream: HTTP2StreamID) {
        submitResponse(constants, fields, OutboundBody(), on: stream)
    }

    /// An answer whose body is known whole.
    func submitResponse(
        _ constants: [ConstantField], _ fields: [HeaderField] = [], _ body: OutboundBody, on stream: HTTP2StreamID
    ) {
        unsentBytes += body.byteCount
        bodies.insert(body, at: stream)
        let result = unsafe NameValueList.with(constants, fields) { list, count in
            var provider = unsafe HTTP2SessionFactory.bodyProvider
            return unsafe nghttp2_submit_response(handle, stream, list, count, &provider)
        }
        note(result)
    }

    /// An answer that is one header block and nothing else.
    func submitWholeResponse(_ constants: [ConstantField] = [], _ fields: [HeaderField], on stream: HTTP2StreamID) {
        note(
            unsafe NameValueList.with(constants, fields) { list, count in
                unsafe nghttp2_submit_response(handle, stream, list, count, nil)
            })
    }

    /// Adds to the body of a stream whose headers were submitted; ignored when the stream has gone.
    func send(_ bytes: [UInt8], on stream: HTTP2StreamID) {
        guard bodies.modify(stream, { $0.append(bytes) }) != nil else { return }
        unsentBytes += bytes.count
        resume(stream)
    }

    /// Says how the stream ends once its body is sent; ignored when the stream has gone.
    func finish(_ stream: HTTP2StreamID, _ end: OutboundBody.End) {
        _ = bodies.modify(stream) { $0.end = end }
        resume(stream)
    }

    /// Gives a body that is known whole to a stream whose headers were submitted and whose body is empty so far.
    func replaceBody(_ body: OutboundBody, on stream: HTTP2StreamID) {
        let isReplaced: Void? = bodies.modify(stream) { old in
            let isDeferred = old.isDeferred
            old = body
            old.isDeferred = isDeferred
        }
        if isReplaced != nil { unsentBytes += body.byteCount }
        resume(stream)
    }

    /// Drops what was queued on the stream and ends it.
    func reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        note(unsafe nghttp2_submit_rst_stream(handle, flags(NGHTTP2_FLAG_NONE), stream, code.rawValue))
    }

    /// Resets the streams that had something to send all the time since this was last asked, and have sent less of it than
    /// that many bytes.
    func resetStalledStreams(movingLessThan least: Int) {
        for stream in bodies.streams.sorted() {
            let isStalled = bodies.modify(stream) { $0.isStalledSinceLastAsked(least: least) }
            guard isStalled == true else { continue }
            events.append(.offence(.stalledStream))
            drop(stream, .cancel)
        }
    }

    /// Resets the streams with most to send, until that many bytes have gone or none is left.
    func resetFullest(freeing byteCount: Int) {
        var left = byteCount
        let fullest = bodies.streams.map { ($0, bodies[$0]?.byteCount ?? 0) }.filter { $0.1 > 0 }
        for (stream, held) in fullest.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) }) where left > 0 {
            events.append(.offence(.tooManyUnsentBytes))
            drop(stream, .enhanceYourCalm)
            left -= held
        }
    }

    /// Resets a stream and frees its body at once: the reset itself may wait for a socket that nobody reads, and a request
    /// for the peer to allow another stream.
    func drop(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        forgetBody(of: stream)
        reset(stream, code)
    }

    private func forgetBody(of stream: HTTP2StreamID) {
        if let body = bodies.remove(stream) { unsentBytes -= body.byteCount }
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

    /// Whether nothing of a request has left us: it waits until the peer allows another stream, or for the socket.
    func isUnsent(_ stream: HTTP2StreamID) -> Bool {
        // A stream is opened when its headers are put into frames, which may leave one by one.
        guard bodies.modify(stream, { !$0.isBegun }) == true else { return false }
        return unsafe nghttp2_session_find_stream(handle, stream) == nil
    }

    /// Whether some of its body waits to be put into frames.
    func hasUnsentBytes(on stream: HTTP2StreamID) -> Bool {
        bodies.modify(stream) { !$0.isEmpty } ?? false
    }

    // MARK: The connection

    func ping() {
        note(unsafe nghttp2_submit_ping(handle, flags(NGHTTP2_FLAG_NONE), nil))
    }

    /// First step of a graceful end: asks for no new streams, and refuses none yet. RFC 9113 §6.8.
    func announceShutdown() {
        // As a notice: to nghttp2 any other GOAWAY is the last, after which it hears no new stream and needs no more input.
        note(unsafe nghttp2_submit_shutdown_notice(handle))
        ping()
    }

    /// Second step, and the only one of a client: streams that were not processed by now never will be. The session is
    /// finished when those that were are closed.
    /// - Parameter reason: the GOAWAY's debug data: `max_age`, `max_idle` or nothing.
    func refuseNewStreams(_ reason: String = "") {
        lastServed = unsafe nghttp2_session_get_last_proc_stream_id(handle)
        goAway(last: lastServed, .noError, reason)
    }

    /// Sends GOAWAY and ends at once, streams and all.
    /// - Parameter offence: counted, and told to the peer as the GOAWAY's debug data.
    private func end(for offence: HTTP2Offence) {
        guard !isEnding else { return }
        isEnding = true
        events.append(.offence(offence))
        goAway(last: unsafe nghttp2_session_get_last_proc_stream_id(handle), .enhanceYourCalm, offence.rawValue)
        // Ends the session for nghttp2 too, which then drops every stream.
        note(unsafe nghttp2_session_terminate_session(handle, HTTP2ErrorCode.enhanceYourCalm.rawValue))
    }

    private func goAway(last: HTTP2StreamID, _ code: HTTP2ErrorCode, _ reason: String) {
        let text = Array(reason.utf8)
        note(
            unsafe text.withUnsafeBufferPointer {
                unsafe nghttp2_submit_goaway(
                    handle, flags(NGHTTP2_FLAG_NONE), last, code.rawValue, $0.baseAddress, $0.count)
            })
    }

    private func resume(_ stream: HTTP2StreamID) {
        let wasDeferred = bodies.modify(stream) { body in
            defer { body.isDeferred = false }
            return body.isDeferred
        }
        guard wasDeferred == true else { return }
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
    /// Called for the head of every frame of a known kind.
    func frameBegan(type: UInt8, flags: UInt8, length: Int) {
        judge(conduct.frameBegan(type: type, flags: flags, length: length, at: now))
    }

    private func judge(_ offence: HTTP2Offence?) {
        if let offence { end(for: offence) }
    }

    /// The owner of the session has found that many whole messages in what came, or answers of a server.
    func received(useful count: Int) {
        conduct.received(useful: count)
    }

    /// Called for the blocks that are read: not for those of streams that are refused or have gone.
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
            if !headersBeingReceived.isTooLarge { events.append(.offence(.headerListTooLarge)) }
            headersBeingReceived.isTooLarge = true
            guard headersBeingReceived.size > max(limits.headerListReceived, limits.headerListSize) else { return true }
            conduct.headerBlockDropped()
            return false
        }
        headersBeingReceived.append(name: unsafe name.span, value: unsafe value.span)
        return true
    }

    /// A frame breaks HTTP/2: its stream is reset, or the connection ended.
    func invalidFrameReceived(type: UInt8) {
        if UInt32(type) == NGHTTP2_HEADERS.rawValue { conduct.headerBlockDropped() }
    }

    func dataReceived(_ bytes: UnsafeBufferPointer<UInt8>, on stream: HTTP2StreamID) {
        let start = Int(UInt(bitPattern: bytes.baseAddress) - inputStart)
        events.append(.dataReceived(stream, start..<start + bytes.count))
        note(unsafe nghttp2_session_consume_connection(handle, bytes.count))
    }

    func frameReceived(_ frame: nghttp2_frame) {
        let head = unsafe frame.hd
        let endsStream = head.flags & flags(NGHTTP2_FLAG_END_STREAM) != 0
        switch UInt32(head.type) {
        case NGHTTP2_HEADERS.rawValue:
            guard role == .client || head.stream_id <= lastServed else { return }
            headersBeingReceived.endsStream = endsStream
            events.append(.headersReceived(head.stream_id, headersBeingReceived))
            headersBeingReceived = HeaderBlock()
        case NGHTTP2_DATA.rawValue:
            if endsStream { events.append(.streamEndedByPeer(head.stream_id)) }
        case NGHTTP2_SETTINGS.rawValue:
            events.append(head.flags & flags(NGHTTP2_FLAG_ACK) == 0 ? .settingsReceived : .settingsAcknowledged)
        case NGHTTP2_PING.rawValue:
            if head.flags & flags(NGHTTP2_FLAG_ACK) != 0 {
                events.append(.pingAcknowledged)
            } else {
                judge(conduct.pingReceived(at: now))
            }
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
            conduct.dataSent(head.length)
        case NGHTTP2_HEADERS.rawValue:
            conduct.headersSent()
            guard role == .server else { return _ = bodies.modify(head.stream_id) { $0.isBegun = true } }
            guard head.flags & flags(NGHTTP2_FLAG_END_STREAM) != 0 else { return }
            // The answer ended before the request did: free the stream, or it counts against the limit for ever.
            if unsafe nghttp2_session_get_stream_remote_close(handle, head.stream_id) == 0 {
                conduct.answeredEarly()
                reset(head.stream_id, .noError)
            }
        case NGHTTP2_RST_STREAM.rawValue:
            let code = HTTP2ErrorCode(rawValue: unsafe frame.rst_stream.error_code)
            if code == .refusedStream { events.append(.offence(.tooManyStreams)) }
            if code.isStreamError { events.append(.offence(.streamError)) }
            judge(conduct.resetSent(code, at: now))
        case NGHTTP2_GOAWAY.rawValue:
            hasEnded = hasEnded || isEnding
            // nghttp2 has found an error of the peer's by itself.
            let code = HTTP2ErrorCode(rawValue: unsafe frame.goaway.error_code)
            guard code != .noError, !isEnding else { return }
            hasFoundError = true
            events.append(.offence(.protocolError))
        default:
            break
        }
    }

    /// Headers that the session could not send. A request's: the connection is going away, or the call was cancelled
    /// before. An answer's: they are too long, and the client would wait for ever.
    func frameNotSent(_ frame: nghttp2_frame, because error: nghttp2_error) {
        let head = unsafe frame.hd
        guard UInt32(head.type) == NGHTTP2_HEADERS.rawValue else { return }
        switch role {
        case .client where error == NGHTTP2_ERR_START_STREAM_NOT_ALLOWED:
            forgetBody(of: head.stream_id)
            events.append(.requestNotSent(head.stream_id))
        case .client: streamClosed(head.stream_id, HTTP2ErrorCode.refusedStream.rawValue)
        case .server: if !isLocallyClosed(head.stream_id) { reset(head.stream_id, .internalError) }
        }
    }

    func streamClosed(_ stream: HTTP2StreamID, _ code: UInt32) {
        forgetBody(of: stream)
        events.append(.streamClosed(stream, HTTP2ErrorCode(rawValue: code)))
    }

    /// Says how long the next DATA frame of a stream is, and submits the trailers behind the last.
    /// - Returns: the bytes of its body, or nghttp2's word for “nothing now”.
    func planFrame(of stream: HTTP2StreamID, limit: Int, flags: UnsafeMutablePointer<UInt32>) -> Int {
        var end: OutboundBody.End?
        let planned = bodies.modify(stream) { body in
            let count = min(body.byteCount, limit)
            guard count == body.byteCount else { return count }
            end = body.end
            if case .open = body.end, count == 0 { body.isDeferred = true }
            return count
        }
        guard let planned else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        switch end {
        case nil: break
        case .open: if planned == 0 { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        case .withStream: unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        case .withTrailers(let fields):
            submitTrailers([], fields, on: stream)
            unsafe flags.pointee |= Self.endsWithTrailers
        case .withConstants(let constants):
            submitTrailers(constants, [], on: stream)
            unsafe flags.pointee |= Self.endsWithTrailers
        }
        if planned > 0 { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue }
        return planned
    }

    /// Puts a planned DATA frame out: its body goes straight from the message to where the socket, or TLS, takes it.
    func putOutFrame(of stream: HTTP2StreamID, head: UnsafeRawBufferPointer, bodyLength: Int) -> nghttp2_error {
        // Behind it nghttp2 gives out what comes next, which may be no DATA and does not ask.
        guard room.left >= head.count + bodyLength + Self.longestFrame else { return NGHTTP2_ERR_WOULDBLOCK }
        let isWhole = bodies.modify(stream) { body in
            guard body.byteCount >= bodyLength else { return false }
            unsafe room.append(head)
            unsafe body.fill(room.take(bodyLength))
            conduct.messagesSent(body.takeMessagesMoved())
            if body.isReported { events.append(.bodySent(stream, byteCount: bodyLength)) }
            return true
        }
        // The body was dropped after its frame was planned, and the stream with it.
        guard isWhole == true else { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE }
        unsentBytes -= bodyLength
        return nghttp2_error(rawValue: 0)
    }

    private static let endsWithTrailers = NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue

    private func submitTrailers(_ constants: [ConstantField], _ fields: [HeaderField], on stream: HTTP2StreamID) {
        note(
            unsafe NameValueList.with(constants, fields) { list, count in
                unsafe nghttp2_submit_trailer(handle, stream, list, count)
            })
    }
}
