/// What one gRPC connection allows, on either side.
package struct ConnectionLimits: Sendable {
    package var http2 = HTTP2Limits()
    /// Bytes of one received message; more ends the call with `RESOURCE_EXHAUSTED` as soon as its length is known.
    package var messageSize = 4 * 1024 * 1024
    /// Bytes of all messages of one connection that are not whole yet; the call that passes it ends with
    /// `RESOURCE_EXHAUSTED`. At least `messageSize`.
    package var unfinishedMessages = 32 * 1024 * 1024
    /// Bytes that the handlers of one connection may hold of messages that came compressed, unpacked: the last one that each
    /// has taken. The call whose message passes it ends with `RESOURCE_EXHAUSTED`. What comes uncompressed has cost the client as
    /// much, so that it is not counted here. At least `messageSize`.
    package var unpackedMessages = 32 * 1024 * 1024
    /// Bytes of all answers of one connection that wait for the client to take them. Above it no handler of a unary call is
    /// started, and one that streams waits for all that it has written to leave, so that a client with closed windows
    /// cannot have the server filled with answers.
    package var unsentBytes = 4 * 1024 * 1024
    /// Bytes of one stream that may wait to be sent before its writer does: enough for a few full frames, so that the next
    /// is there when one has left.
    package var streamUnsentBytes = 64 * 1024
    /// How long a stream may have something to send and move less than `leastProgress` of it before it is reset, or a unary
    /// request grow by less before its call ends; at most twice this long.
    package var stalledStream: Duration = .seconds(60)
    /// Bytes. More would end honest calls when hundreds of them share a slow link; any byte at all would let a client keep
    /// an answer for ever by taking one a minute.
    package var leastProgress = 4 * 1024
    /// From the first frame of a header block to the end of its last, be it read or dropped.
    package var headerBlock: Duration = .seconds(5)
    /// How long the peer may take to say its first word of HTTP/2, and to acknowledge ours.
    package var settingsTimeout: Duration = .seconds(10)
    /// Silence after which the peer is asked whether it is still there; at least 10 s.
    package var keepaliveInterval: Duration = .seconds(30)
    /// Whether it is asked while no call is open: for links whose other end is ours too. Others take it for abuse.
    package var keepaliveWithoutCalls = true
    /// How long it may take to answer. After that the connection counts as lost.
    package var keepaliveTimeout: Duration = .seconds(20)
    /// The client's stream after which it opens no more on this connection. They could go on to 2^31 - 1.
    package var lastStream: Int32 = 1 << 30
    /// How long a shutdown waits for the peer to hear of it before new streams are refused.
    package var shutdownNotice: Duration = .seconds(1)
    /// After this long a connection without calls is told to go; at most twice this long. `nil` never does it, as in every
    /// other gRPC's server. A client leaves it, and connects again for the next call.
    package var maxIdle: Duration?
    /// After this long a connection is told to go, so that long-lived ones spread over new servers. Each draws its own
    /// tenth more or less, so that they do not all come back at once. `nil` never does it.
    package var maxAge: Duration?
    /// How long its calls may then still take, from the moment when new ones are refused. `nil` lets them.
    package var maxAgeGrace: Duration?

    package init() {}

    /// For a server that is not ours: such take pings for abuse when they come often, or without a call (gRFC A8), so
    /// none are sent. It is left after half an hour without a call, as by clients of other gRPCs.
    package static var toStrangers: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.keepaliveInterval = longestTimer
        limits.keepaliveWithoutCalls = false
        limits.maxIdle = .seconds(30 * 60)
        return limits
    }

    /// Whether silence is ever asked about.
    package var asksWhenSilent: Bool { keepaliveInterval < Self.longestTimer }

    /// A deadline further away than this needs no timer.
    static let longestTimer: Duration = .seconds(100 * 24 * 60 * 60)
}
