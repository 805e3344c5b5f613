package import Telemetry

/// What a compute is to be. What is known of it is typed and checked before anything is touched; what is not known is
/// kept and survives being written again. `docs/compute-spec.md` says of each field what becomes of it.
///
/// Made by reading JSON (`SpecEnvelope`); the settings of older control planes have been taken over into the fields they
/// stand for.
package struct ComputeSpec: Equatable, Sendable {
    /// Where the pages and the log live.
    package enum StorageMode: String, Sendable, CaseIterable {
        /// In the data directory on this machine.
        case local
        /// In pageservers and safekeepers; the data directory is made anew at every start.
        case pageserver
        /// With a Postgres that somebody else starts and stops, in a container beside us.
        case attached
    }

    /// 1.0; a later version is refused.
    package var formatVersion: Double
    /// The control plane's name for what it is doing, for logs.
    package var operationUUID: String?
    /// Switches for what is not for everybody; those that are not known are kept and do nothing.
    package var features: [String] = []
    package var swapSizeBytes: UInt64?
    package var diskQuotaBytes: UInt64?
    /// Leave the local file cache as large as it is.
    package var isFileCacheResizingDisabled = false
    package var storageMode: StorageMode
    package var cluster: Cluster
    /// In the order in which they are to be done.
    package var deltaOperations: [DeltaOperation] = []
    /// Nothing changed in roles and databases: say nothing to Postgres about them.
    package var skipCatalogUpdates: Bool
    /// 32 hex digits, lower case.
    package var tenantID: String?
    package var timelineID: String?
    package var projectID: String?
    package var branchID: String?
    package var endpointID: String?
    package var pageserverConnectionInfo: PageserverConnectionInfo?
    /// Before `pageserverConnectionInfo` there was this list, parted by commas.
    package var pageserverConnstring: String?
    /// In pages of 8 KiB.
    package var shardStripeSize: UInt32?
    /// Of the list of safekeepers; a higher one is newer.
    package var safekeepersGeneration: UInt32?
    /// `host:port`.
    package var safekeeperConnstrings: [String]
    package var mode = ComputeMode.primary
    /// Zero is the provider's default, -1 never.
    package var suspendTimeoutSeconds: Int64
    /// For pageservers and safekeepers.
    package var storageAuthToken: Secret<String>?
    package var remoteExtensions: RemoteExtensions?
    package var pgbouncerSettings: [String: String]?
    package var localProxy: LocalProxy?
    /// Sessions that may change roles and databases at once while clients are served.
    package var reconfigureConcurrency = 1
    /// Once per timeline: subscriptions that a branch took over from its parent are dropped.
    package var dropsSubscriptionsBeforeStart = false
    package var auditLogLevel = AuditLogLevel.disabled
    /// `host:port` of who collects Postgres's log.
    package var logsExportHost: String?
    /// Where the state of the file cache is kept between starts.
    package var endpointStorageAddress: String?
    package var endpointStorageToken: Secret<String>?
    /// Fill the file cache with what was in it before.
    package var isPrewarmedAtStart = false
    package var fileCacheOffloadIntervalSeconds: UInt64?
    package var databricks: DatabricksSettings?
    /// What Postgres shows in the place of the compute's own certificate. Not of the spec: it comes beside it, in
    /// `compute_ctl_config.tls`, and counts with the feature `tls_experimental`.
    package var certificateFiles: CertificateFiles?
    /// Fields that this agent does not know.
    package var unknown: [String: JSONValue] = [:]

    package func hasFeature(_ name: String) -> Bool { features.contains(name) }
}
