internal import Telemetry

/// Where older control planes say things: settings of Postgres that stand for fields of the spec.
extension ComputeSpec {
    package enum NeonSetting {
        package static let tenantID = "neon.tenant_id"
        package static let timelineID = "neon.timeline_id"
        package static let projectID = "neon.project_id"
        package static let branchID = "neon.branch_id"
        package static let endpointID = "neon.endpoint_id"
        package static let safekeepers = "neon.safekeepers"
        package static let pageserverConnstring = "neon.pageserver_connstring"
        package static let stripeSize = "neon.stripe_size"
        package static let endpointStorageAddress = "neon.endpoint_storage_addr"
        package static let endpointStorageToken = "neon.endpoint_storage_token"
        package static let computeMode = "neon.compute_mode"
        package static let maxClusterSize = "neon.max_cluster_size"
        package static let maxFileCacheSize = "neon.max_file_cache_size"
        package static let fileCacheSizeLimit = "neon.file_cache_size_limit"
        package static let privilegedRole = "neon.privileged_role_name"
        package static let extensionServerPort = "neon.extension_server_port"
        package static let subscribersDisabled = "neon.disable_logical_replication_subscribers"
    }

    /// A field that is absent takes what its setting says. That both agree, where both are there, is checked later.
    mutating func takeOverSettings() {
        tenantID = tenantID ?? cluster.setting(NeonSetting.tenantID)?.value?.lowercased()
        timelineID = timelineID ?? cluster.setting(NeonSetting.timelineID)?.value?.lowercased()
        endpointStorageAddress = endpointStorageAddress ?? cluster.setting(NeonSetting.endpointStorageAddress)?.value
        endpointStorageToken =
            endpointStorageToken ?? cluster.setting(NeonSetting.endpointStorageToken)?.value.map { Secret($0) }
        if safekeeperConnstrings.isEmpty, let list = safekeeperSetting {
            safekeeperConnstrings = list.addresses
            safekeepersGeneration = safekeepersGeneration ?? list.generation
        }
    }

    var safekeeperSetting: SafekeeperList? {
        cluster.setting(NeonSetting.safekeepers)?.value.map { SafekeeperList($0) }
    }
}
