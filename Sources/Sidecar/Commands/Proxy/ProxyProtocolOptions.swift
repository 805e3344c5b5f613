internal import ArgumentParser
internal import EdgeProxy
internal import Transport

/// Which balancers in front of a proxy tell it where clients come from.
struct ProxyProtocolOptions: ParsableArguments {
    @Option(
        name: .customLong("proxy-protocol-v2"),
        help: "Whether connections begin with a PROXY header, of version 1 or 2: required, rejected.")
    var mode = ProxyProtocolSettings.Mode.rejected

    @Option(
        name: .customLong("proxy-protocol-from"),
        help: """
            Addresses of the balancers, such as 10.0.0.0/8,192.0.2.7: they must send a header, and nobody else may. \
            Without it everybody must.
            """)
    var balancers: String?

    func settings() throws -> ProxyProtocolSettings {
        var settings = ProxyProtocolSettings()
        settings.mode = mode
        for text in (balancers ?? "").split(separator: ",") {
            guard let range = IPRange(String(text.trimmingPrefix(" "))) else {
                throw CommandFailure.badConfiguration("--proxy-protocol-from: “\(text)” is no address or network")
            }
            settings.balancers.append(range)
        }
        return settings
    }
}

extension ProxyProtocolSettings.Mode: ExpressibleByArgument {}
