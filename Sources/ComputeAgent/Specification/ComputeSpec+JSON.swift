internal import Telemetry

extension ComputeSpec {
    package init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let version = try fields.real("format_version")
        formatVersion = try fields.need("format_version", version)
        let cluster = try fields.part("cluster", of: Cluster.init(_:at:))
        self.cluster = try fields.need("cluster", cluster)
        let suspendTimeout = try fields.number("suspend_timeout_seconds", as: Int64.self)
        suspendTimeoutSeconds = try fields.need("suspend_timeout_seconds", suspendTimeout)
        operationUUID = try fields.text("operation_uuid")
        features = try fields.texts("features") ?? []
        swapSizeBytes = try fields.number("swap_size_bytes")
        diskQuotaBytes = try fields.number("disk_quota_bytes")
        isFileCacheResizingDisabled = try fields.flag("disable_lfc_resizing") ?? false
        deltaOperations = try fields.list("delta_operations", of: DeltaOperation.init(_:at:)) ?? []
        skipCatalogUpdates = try fields.flag("skip_pg_catalog_updates") ?? false
        tenantID = try fields.text("tenant_id")?.lowercased()
        timelineID = try fields.text("timeline_id")?.lowercased()
        projectID = try fields.text("project_id")
        branchID = try fields.text("branch_id")
        endpointID = try fields.text("endpoint_id")
        pageserverConnectionInfo =
            try fields.part("pageserver_connection_info", of: PageserverConnectionInfo.init(_:at:))
        pageserverConnstring = try fields.text("pageserver_connstring")
        shardStripeSize = try fields.number("shard_stripe_size")
        safekeepersGeneration = try fields.number("safekeepers_generation")
        safekeeperConnstrings = try fields.texts("safekeeper_connstrings") ?? []
        mode = try fields.part("mode", of: ComputeMode.init(_:at:)) ?? .primary
        storageAuthToken = try fields.secret("storage_auth_token")
        remoteExtensions = try fields.part("remote_extensions", of: RemoteExtensions.init(_:at:))
        pgbouncerSettings = try fields.map("pgbouncer_settings", of: JSONFields.text)
        localProxy = try fields.part("local_proxy_config", of: LocalProxy.init(_:at:))
        reconfigureConcurrency = try fields.number("reconfigure_concurrency") ?? 1
        dropsSubscriptionsBeforeStart = try fields.flag("drop_subscriptions_before_start") ?? false
        auditLogLevel = try fields.part("audit_log_level", of: AuditLogLevel.init(_:at:)) ?? .disabled
        logsExportHost = try fields.text("logs_export_host")
        endpointStorageAddress = try fields.text("endpoint_storage_addr")
        endpointStorageToken = try fields.secret("endpoint_storage_token")
        isPrewarmedAtStart = try fields.flag("autoprewarm") ?? false
        fileCacheOffloadIntervalSeconds = try fields.number("offload_lfc_interval_seconds")
        databricks = try fields.part("databricks_settings", of: DatabricksSettings.init(_:at:))
        storageMode = .local
        let storageMode = try fields.part("storage_mode", of: StorageMode.init(_:at:))
        unknown = fields.rest
        takeOverSettings()
        self.storageMode = storageMode ?? (namesRemoteStorage ? .pageserver : .local)
    }

    /// Written again, it reads as the same spec.
    package var json: JSONValue {
        .object(
            [
                "format_version": .real(formatVersion), "operation_uuid": operationUUID.map(JSONValue.string),
                "features": .list(features.map(JSONValue.string)),
                "swap_size_bytes": swapSizeBytes.map { JSONValue($0) },
                "disk_quota_bytes": diskQuotaBytes.map { JSONValue($0) },
                "disable_lfc_resizing": .bool(isFileCacheResizingDisabled),
                "storage_mode": .string(storageMode.rawValue), "cluster": cluster.json,
                "delta_operations": .list(deltaOperations.map(\.json)),
                "skip_pg_catalog_updates": .bool(skipCatalogUpdates), "tenant_id": tenantID.map(JSONValue.string),
                "timeline_id": timelineID.map(JSONValue.string), "project_id": projectID.map(JSONValue.string),
                "branch_id": branchID.map(JSONValue.string), "endpoint_id": endpointID.map(JSONValue.string),
                "pageserver_connection_info": pageserverConnectionInfo?.json,
                "pageserver_connstring": pageserverConnstring.map(JSONValue.string),
                "shard_stripe_size": shardStripeSize.map { JSONValue($0) },
                "safekeepers_generation": safekeepersGeneration.map { JSONValue($0) },
                "safekeeper_connstrings": .list(safekeeperConnstrings.map(JSONValue.string)), "mode": mode.json,
                "suspend_timeout_seconds": JSONValue(suspendTimeoutSeconds),
                "storage_auth_token": storageAuthToken.map { .string($0.reveal()) },
                "remote_extensions": remoteExtensions?.json,
                "pgbouncer_settings": pgbouncerSettings.map { .object($0.mapValues(JSONValue.string)) },
                "local_proxy_config": localProxy?.json, "reconfigure_concurrency": JSONValue(reconfigureConcurrency),
                "drop_subscriptions_before_start": .bool(dropsSubscriptionsBeforeStart),
                "audit_log_level": auditLogLevel.json, "logs_export_host": logsExportHost.map(JSONValue.string),
                "endpoint_storage_addr": endpointStorageAddress.map(JSONValue.string),
                "endpoint_storage_token": endpointStorageToken.map { .string($0.reveal()) },
                "autoprewarm": .bool(isPrewarmedAtStart),
                "offload_lfc_interval_seconds": fileCacheOffloadIntervalSeconds.map { JSONValue($0) },
                "databricks_settings": databricks?.json,
            ], and: unknown)
    }

    private var namesRemoteStorage: Bool { tenantID != nil || timelineID != nil || !safekeeperConnstrings.isEmpty }
}

extension ComputeSpec.StorageMode {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        let word = try JSONFields.text(value, at: path)
        // What the first version of this agent called it.
        guard let mode = word == "neon" ? .pageserver : Self(rawValue: word) else {
            throw SpecFailure(at: path, "is none of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = mode
    }
}
