internal import ArgumentParser
internal import EdgeProxy

/// How much of this proxy anybody may have.
struct LimitOptions: ParsableArguments {
    @Option(
        help: """
            Client connections at one time; one more is refused with 53300. An eighth more is kept for endpoints that \
            have few. File descriptors may allow less.
            """)
    var maxConnections = 10_000

    @Option(
        help: """
            Clients at one time that have not logged in yet. A quarter more is kept for sources and endpoints that have \
            few.
            """)
    var maxUnauthenticated = 2_000

    @Option(
        help: """
            Connection attempts of one endpoint: at most so many a second over so long, or “off”. Repeatable. An \
            endpoint's own limit, by the control plane's word, goes before.
            """)
    var endpointRpsLimit = ["500@1s,300@1m,200@10m"]

    @Option(
        help: """
            Connection attempts of one source, an IPv4 address or an IPv6 /64; “off” unless given. Repeatable. Not for \
            a proxy behind a balancer that does not say where clients come from.
            """)
    var sourceRpsLimit = ["off"]

    @Option(help: "Calls that wake one endpoint, or “off”. Repeatable.")
    var wakeComputeLimit = ["300@1s,200@1m,100@10m"]

    func settings() throws -> LimitSettings {
        var settings = LimitSettings()
        guard maxConnections > 0 else {
            throw CommandFailure.badConfiguration("--max-connections: must be at least 1")
        }
        guard maxUnauthenticated > 0 else {
            throw CommandFailure.badConfiguration("--max-unauthenticated: must be at least 1")
        }
        settings.strangers = maxUnauthenticated
        settings.endpointRate = try Self.rate(endpointRpsLimit, of: "endpoint-rps-limit")
        settings.sourceRate = try Self.rate(sourceRpsLimit, of: "source-rps-limit")
        settings.wakeRate = try Self.rate(wakeComputeLimit, of: "wake-compute-limit")
        return settings
    }

    private static func rate(_ texts: [String], of option: String) throws -> AttemptRate? {
        do {
            return try AttemptRate.parse(texts)
        } catch {
            throw CommandFailure.badConfiguration("--\(option): \(error)")
        }
    }
}
