internal import ArgumentParser
internal import EdgeProxy

/// How a proxy speaks to computes.
struct ComputeLinkOptions: ParsableArguments {
    enum Announcement: String, ExpressibleByArgument, CaseIterable {
        case none, v2
    }

    @Option(help: "Certificates that computes' certificates must lead to, PEM; those of --ca-file unless given.")
    var computeCaFile: String?

    @Flag(help: "Trust computes' certificates also when they lead to an authority that this machine trusts.")
    var computeSystemRoots = false

    @Option(help: "Whether connections to computes begin with a PROXY header that names the client: none, v2.")
    var computeProxyProtocol = Announcement.none

    func settings() -> ComputeLinkSettings {
        var settings = ComputeLinkSettings()
        settings.authorityFile = computeCaFile
        settings.trustsSystemRoots = computeSystemRoots
        settings.announcesClients = computeProxyProtocol == .v2
        return settings
    }
}
