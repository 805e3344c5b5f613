internal import ArgumentParser
internal import EdgeProxy
internal import Transport

/// How a proxy carries the sessions of clients that are in.
struct RelayOptions: ParsableArguments {
    @Option(
        name: .customLong("client-tls"),
        help: """
            Whether clients speak TLS: required; offered, to those who ask; off, when something in front of this proxy \
            ends it.
            """)
    var clientTLS = RelaySettings.ClientTLS.required

    @Option(help: "Threads that move the bytes of open sessions. Without it half as many as there are cores, up to 4.")
    var relayThreads: Int?

    @Option(help: "How long an open session may be silent on both sides before it ends with 57P05.")
    var sessionIdleTimeout = DurationArgument.never

    @Option(help: "When silent connections are probed: after how long, how often, how many times unanswered; or off.")
    var tcpKeepalive = KeepAliveArgument()

    @Option(
        help: """
            How long a peer may take no bytes before its connection is given up. It ends clients that live and do not \
            read, too.
            """)
    var tcpUserTimeout = DurationArgument.never

    func settings() -> RelaySettings {
        var settings = RelaySettings()
        settings.clientTLS = clientTLS
        settings.threads = relayThreads
        settings.idleLimit = sessionIdleTimeout.duration
        settings.sockets.keepAlive = tcpKeepalive.keepAlive
        settings.sockets.userTimeout = tcpUserTimeout.duration
        return settings
    }
}

/// `30s,10s,6`, or `off`.
struct KeepAliveArgument: ExpressibleByArgument, CustomStringConvertible {
    /// `nil`: off.
    let keepAlive: SocketOptions.KeepAlive?
    let description: String

    init() {
        keepAlive = SocketOptions.KeepAlive()
        description = "30s,10s,6"
    }

    init?(argument: String) {
        description = argument
        if argument == "off" {
            keepAlive = nil
            return
        }
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let count = Int(parts[2]), let idle = DurationArgument(argument: parts[0])?.duration,
            let interval = DurationArgument(argument: parts[1])?.duration
        else { return nil }
        keepAlive = SocketOptions.KeepAlive(idle: idle, interval: interval, count: count)
    }
}

extension RelaySettings.ClientTLS: ExpressibleByArgument {}
