internal import ArgumentParser
internal import ComputeAgent

/// What keeps a compute awake.
struct ActivityOptions: ParsableArguments {
    @Option(
        help: "A role whose sessions do not keep the compute awake, such as one that only measures. May be repeated.")
    var monitorIgnoreRole: [String] = []

    @Flag(help: "Autovacuum does not keep the compute awake.")
    var monitorIgnoreAutovacuum = false

    var policy: ActivityPolicy {
        var policy = ActivityPolicy()
        policy.ignoredRoles = monitorIgnoreRole
        policy.countsAutovacuum = !monitorIgnoreAutovacuum
        return policy
    }
}
