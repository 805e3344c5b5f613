/// How this agent deals with storage that is elsewhere.
package struct StorageOptions: Sendable {
    /// Absolute path of the program that synchronizes safekeepers, called with `--sync-safekeepers`. `nil`: `postgres`.
    package var syncProgram: String?
    /// How long that may take, once.
    package var syncLimit: Duration = .seconds(60)
    /// The same after Postgres has stopped: others wait for the end of this compute.
    package var finalSyncLimit: Duration = .seconds(10)
    /// How long one safekeeper may take to say where its log ends, dial and login included.
    package var safekeeperLimit: Duration = .milliseconds(100)
    /// Authorities for pageservers whose address asks for TLS.
    package var trustFile: String?
    package var basebackup = BasebackupLimits()

    package init() {}
}
