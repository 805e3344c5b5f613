internal import ArgumentParser
internal import ControlPlane
internal import FoundationEssentials
internal import Glibc
internal import Telemetry

/// For `--starter kubernetes`: where the cluster is, and what a control plane that keeps no folder is given in files.
struct KubernetesOptions: ParsableArguments {
    @OptionGroup var cluster: ClusterOptions

    @Option(help: "With --starter kubernetes: folder with ca.crt, tls.crt and tls.key of this control plane.")
    var certsDir: String?

    @Option(
        help:
            "With --starter kubernetes: file with the tokens that proxies and administrators may present, one in each line. It is read anew for each call."
    )
    var tokenFile: String?

    @Option(help: "With --starter kubernetes: how long a pod may take until its database accepts connections.")
    var startLimit = DurationArgument(seconds: 300)

    func endpoints(suspendAfter: Duration?) throws -> ClusterEndpoint.Configuration {
        guard let limit = startLimit.duration, limit > .zero else {
            throw CommandFailure.badConfiguration("--start-limit: must be a time, such as 5m")
        }
        var configuration = ClusterEndpoint.Configuration()
        configuration.suspendAfter = suspendAfter
        configuration.limits.start = limit
        configuration.instance = ProcessInfo.processInfo.hostName
        return configuration
    }

    /// What the listeners need, out of files.
    func controlPlane() throws -> ControlPlaneConfiguration {
        guard let certsDir else { throw CommandFailure.badConfiguration("--certs-dir: is needed") }
        guard let tokenFile else { throw CommandFailure.badConfiguration("--token-file: is needed") }
        for name in ["ca.crt", "tls.crt", "tls.key"] where access(certsDir + "/" + name, R_OK) != 0 {
            throw CommandFailure.badConfiguration("--certs-dir: cannot read \(certsDir)/\(name)")
        }
        return ControlPlaneConfiguration(
            tokens: try .inFile(tokenFile, of: "token-file"), endpointsFolder: "",
            certificateFile: certsDir + "/tls.crt",
            privateKeyFile: certsDir + "/tls.key", authorityFile: certsDir + "/ca.crt")
    }
}
