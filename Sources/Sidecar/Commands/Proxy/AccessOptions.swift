internal import ArgumentParser
internal import EdgeProxy

/// Who may connect, and what is remembered about it.
struct AccessOptions: ParsableArguments {
    /// In what words the control plane is asked.
    enum ControlPlaneSpelling: String, ExpressibleByArgument, CaseIterable {
        case auto
        case of2025 = "2025"
        case of2023 = "2023"
    }

    @Option(
        name: .customLong("control-plane-api"),
        help: """
            Which spelling of Neon's calls the control plane has. “auto”: 2025's, and 2023's where those paths are \
            not known.
            """)
    var controlPlaneAPI = ControlPlaneSpelling.auto

    @Option(
        help: "How many endpoints' rules and roles' secrets to remember, and for how long after they were asked for.")
    var projectInfoCache = "size=10000,ttl=4m,max_roles=10,gc_interval=60m"

    @Flag(help: "Only private links lead here: their ids are checked, by the PROXY header, in place of addresses.")
    var isPrivateAccessProxy = false

    func settings() throws -> AccessSettings {
        var settings = AccessSettings()
        settings.spelling =
            switch controlPlaneAPI {
            case .auto: nil
            case .of2025: .of2025
            case .of2023: .of2023
            }
        settings.entrance = isPrivateAccessProxy ? .privateLink : .publicNetwork
        do {
            settings.projectInfo = try ProjectInfoLimits(parsing: projectInfoCache)
        } catch {
            throw CommandFailure.badConfiguration("--project-info-cache: \(error)")
        }
        return settings
    }
}
