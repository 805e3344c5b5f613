internal import ArgumentParser
internal import Gossip
internal import TLSEngine

/// How to reach proxies that no `sidecar up` of this machine has started.
struct RemoteOptions: ParsableArguments {
    @Option(help: "host:port of a proxy's gRPC. Repeatable. Takes the place of DIR/fleet.json.")
    var address: [ListenAddress] = []

    @Option(help: "Certificates to trust, PEM. Default: DIR/ca.crt.")
    var caFile: String?

    @Option(help: "The admin's certificate chain, PEM. Default: DIR/certs/admin.crt.")
    var cert: String?

    @Option(help: "Its private key, PEM. Default: DIR/certs/admin.key.")
    var key: String?

    func tls(data: String) throws -> TLSContext {
        do {
            return try TLSContext.client(
                trustedCAFile: caFile ?? data + "/ca.crt", certificateFile: cert ?? data + "/certs/admin.crt",
                privateKeyFile: key ?? data + "/certs/admin.key", alpn: ["h2"])
        } catch {
            throw CommandFailure.badConfiguration("--data: the admin's certificate cannot be used: \(error)")
        }
    }
}
