internal import ArgumentParser
internal import ComputeAgent
internal import FoundationEssentials

/// Whom the agent tells how much memory its compute needs.
struct AutoscalingOptions: ParsableArguments {
    @Option(help: "Where an autoscaler of virtual machines connects, when the variable AUTOSCALING is set.")
    var vmMonitorAddr = "0.0.0.0:10301"

    @Flag(help: "Report what memory the compute would like to be limited to, by the pressure in its own cgroup.")
    var scaleRequests = false

    @Option(
        help: """
            Folder of the cgroup (version 2) whose memory counts, or its name below /sys/fs/cgroup. With AUTOSCALING, Postgres is \
            put into it.
            """)
    var cgroup = "/sys/fs/cgroup"

    func settings() throws -> AutoscalingSettings? {
        var settings: AutoscalingSettings
        if ProcessInfo.processInfo.environment["AUTOSCALING"] != nil {
            guard let colon = vmMonitorAddr.lastIndex(of: ":"),
                let port = Int(vmMonitorAddr[vmMonitorAddr.index(after: colon)...]), (0...65_535).contains(port)
            else { throw CommandFailure.badConfiguration("--vm-monitor-addr: “\(vmMonitorAddr)” is not host:port") }
            settings = AutoscalingSettings(
                .virtualMachine(HostAndPort(host: String(vmMonitorAddr[..<colon]), port: port)))
        } else if scaleRequests {
            settings = AutoscalingSettings(.reports)
        } else {
            return nil
        }
        settings.cgroup = cgroup.hasPrefix("/") ? cgroup : "/sys/fs/cgroup/" + cgroup
        return settings
    }
}
