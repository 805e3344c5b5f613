internal import CNGHTTP2

/// Makes nghttp2 sessions whose callbacks are thin thunks into the methods of ``HTTP2Session``.
enum HTTP2SessionFactory {
    /// - Returns: a session that the caller owns and must give its user data before it is used.
    static func makeHandle(_ role: HTTP2Session.Role, limits: HTTP2Limits) throws(HTTP2Failure) -> OpaquePointer {
        var callbacks: OpaquePointer?
        try HTTP2Failure.check(unsafe nghttp2_session_callbacks_new(&callbacks))
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        unsafe install(in: callbacks)

        var options: OpaquePointer?
        try HTTP2Failure.check(unsafe nghttp2_option_new(&options))
        defer { unsafe nghttp2_option_del(options) }
        unsafe configure(options, limits)

        var handle: OpaquePointer?
        switch role {
        case .client: try HTTP2Failure.check(unsafe nghttp2_session_client_new2(&handle, callbacks, nil, options))
        case .server: try HTTP2Failure.check(unsafe nghttp2_session_server_new2(&handle, callbacks, nil, options))
        }
        guard let handle = unsafe handle else { throw HTTP2Failure(code: Int(NGHTTP2_ERR_NOMEM.rawValue)) }
        return unsafe handle
    }

    private static func configure(_ options: OpaquePointer?, _ limits: HTTP2Limits) {
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_max_outbound_ack(options, limits.unsentAcknowledgements)
        unsafe nghttp2_option_set_max_continuations(options, limits.continuations)
        // gRPC peers may send blanks around a value; they are stripped where metadata is read.
        unsafe nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1)
        // We count them too, and say so; this is the second net.
        unsafe nghttp2_option_set_stream_reset_rate_limit(
            options, UInt64(2 * limits.peerResets.burst), UInt64(2 * limits.peerResets.perSecond))
    }

    /// Where the bytes of every body come from.
    static var bodyProvider: nghttp2_data_provider {
        unsafe nghttp2_data_provider(source: nghttp2_data_source()) { _, stream, _, length, flags, _, owner in
            guard let session = unsafe HTTP2Session.keptIn(owner), let flags = unsafe flags else {
                return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
            }
            return unsafe session.planFrame(of: stream, limit: length, flags: flags)
        }
    }

    private static func install(in callbacks: OpaquePointer?) {
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, head, owner in
            guard let head = unsafe head?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.frameBegan(type: head.type, flags: head.flags, length: head.length)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, owner in
            guard let frame = unsafe frame?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.headersBegan(on: frame.hd.stream_id)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, frame, _, owner in
            guard let frame = unsafe frame?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.invalidFrameReceived(type: frame.hd.type)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameLength, value, valueLength, _, owner in
            let isKept = unsafe HTTP2Session.keptIn(owner)?.fieldReceived(
                name: UnsafeBufferPointer(start: name, count: nameLength),
                value: UnsafeBufferPointer(start: value, count: valueLength))
            return isKept == false ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue : 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, stream, bytes, count, owner in
            unsafe HTTP2Session.keptIn(owner)?.dataReceived(UnsafeBufferPointer(start: bytes, count: count), on: stream)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, owner in
            guard let frame = unsafe frame?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.frameReceived(frame)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, head, length, _, owner in
            guard let frame = unsafe frame?.pointee, let session = unsafe HTTP2Session.keptIn(owner) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            let result = unsafe session.putOutFrame(
                of: frame.hd.stream_id, head: UnsafeRawBufferPointer(start: head, count: HTTP2Session.frameHeadLength),
                bodyLength: length)
            return result.rawValue
        }
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, owner in
            guard let frame = unsafe frame?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.frameSent(frame)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, error, owner in
            guard let frame = unsafe frame?.pointee else { return 0 }
            unsafe HTTP2Session.keptIn(owner)?.frameNotSent(frame, because: nghttp2_error(rawValue: error))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, owner in
            unsafe HTTP2Session.keptIn(owner)?.streamClosed(stream, code)
            return 0
        }
    }
}

extension HTTP2Session {
    /// The session behind the user data that nghttp2 hands to a callback.
    fileprivate static func keptIn(_ owner: UnsafeMutableRawPointer?) -> HTTP2Session? {
        unsafe owner.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }
}
