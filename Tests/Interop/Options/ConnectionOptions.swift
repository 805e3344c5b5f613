internal import ArgumentParser
package import GRPCLite

/// What a connection allows, as far as tests want it other than it is by default.
package struct ConnectionOptions: ParsableArguments {
    @Option(help: "Bytes of the longest message.")
    var maxMessage: Int?

    @Option(help: "Bytes of the longest header list.")
    var maxMetadata: Int?

    @Option(help: "Streams that a client may have open at once.")
    var maxStreams: Int?

    @Option(help: "Silence, in milliseconds, after which the other side is asked whether it is there.")
    var keepaliveInterval: Int?

    @Option(help: "How long, in milliseconds, it may take to answer that.")
    var keepaliveTimeout: Int?

    @Flag(help: "A server is asked only while a call is open.")
    var noKeepaliveWithoutCalls = false

    @Option(help: "The least time, in milliseconds, between PINGs of a client that is sent nothing.")
    var pingInterval: Int?

    @Option(help: "Milliseconds after which a connection without calls is left, or told to go.")
    var maxIdle: Int?

    @Option(help: "Milliseconds after which a server tells a connection to go.")
    var maxAge: Int?

    @Option(help: "Milliseconds that its calls may then still take.")
    var maxAgeGrace: Int?

    @Option(help: "Milliseconds after which a stream that hardly moves is reset.")
    var stalledStream: Int?

    @Option(help: "Milliseconds that a header block may take.")
    var headerBlock: Int?

    @Option(help: "Milliseconds until the other side must have said and acknowledged its SETTINGS.")
    var settingsTimeout: Int?

    package init() {}

    package func apply(to limits: inout ConnectionLimits) {
        set(&limits.messageSize, maxMessage)
        set(&limits.http2.headerListSize, maxMetadata)
        set(&limits.http2.concurrentStreams, maxStreams)
        set(&limits.keepaliveInterval, milliseconds(keepaliveInterval))
        set(&limits.keepaliveTimeout, milliseconds(keepaliveTimeout))
        if noKeepaliveWithoutCalls { limits.keepaliveWithoutCalls = false }
        set(&limits.http2.pingInterval, milliseconds(pingInterval))
        if let maxIdle { limits.maxIdle = .milliseconds(maxIdle) }
        if let maxAge { limits.maxAge = .milliseconds(maxAge) }
        if let maxAgeGrace { limits.maxAgeGrace = .milliseconds(maxAgeGrace) }
        set(&limits.stalledStream, milliseconds(stalledStream))
        set(&limits.headerBlock, milliseconds(headerBlock))
        set(&limits.settingsTimeout, milliseconds(settingsTimeout))
    }

    private func milliseconds(_ count: Int?) -> Duration? {
        count.map { .milliseconds($0) }
    }

    private func set<Value>(_ place: inout Value, _ value: Value?) {
        if let value { place = value }
    }
}
