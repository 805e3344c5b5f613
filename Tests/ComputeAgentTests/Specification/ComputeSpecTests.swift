import ComputeAgent
import Telemetry
import Testing

/// Every field of a spec: read, written again, and what is refused of it.
@Suite struct ComputeSpecTests {
    /// All fields there are, none with its default, and unknown ones at every level.
    static let everything = #"""
        {"spec": {
          "format_version": 1.0, "operation_uuid": "7b0f", "suspend_timeout_seconds": 300, "new_here": {"a": [1, null]},
          "features": ["activity_monitor_experimental", "unheard_of"], "swap_size_bytes": 18446744073709551615,
          "disk_quota_bytes": 2, "disable_lfc_resizing": true, "storage_mode": "pageserver",
          "delta_operations": [{"action": "rename_role", "name": "old", "new_name": "new", "x": 1},
            {"action": "delete_db", "name": "gone"}],
          "skip_pg_catalog_updates": true, "tenant_id": "5C1D2E3F405162738495A6B7C8D9EAFB",
          "timeline_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "project_id": "p-1", "branch_id": "b-1",
          "endpoint_id": "ep-quiet-otter-1a2b", "storage_auth_token": "eyJ.e30.c2ln",
          "pageserver_connection_info": {"shard_count": 2, "stripe_size": 2048, "prefer_protocol": "grpc", "x": 1,
            "shards": {
              "0102": {"pageservers": [{"id": 12, "libpq_url": "postgres://ps-b", "grpc_url": "grpc://ps-b"}]},
              "0002": {"pageservers": [{"id": 11, "libpq_url": "postgres://ps-a", "grpc_url": "grpc://ps-a", "x": 1},
                {"libpq_url": "host=ps-c"}], "x": 1}}},
          "pageserver_connstring": "postgres://ps-a,postgres://ps-b", "shard_stripe_size": 2048,
          "safekeepers_generation": 3, "safekeeper_connstrings": ["sk-0.sk:5454", "[::1]:5454"],
          "mode": {"Static": "0/16e4018"},
          "remote_extensions": {"public_extensions": ["anon"], "custom_extensions": [], "x": 1,
            "library_index": {"anon": "anon"}, "extension_data": {"anon":
              {"control_data": {"anon.control": "default_version = '1'"}, "archive_path": "5/v15/anon.tar.zst", "x": 1}}},
          "pgbouncer_settings": {"pool_mode": "transaction"},
          "local_proxy_config": {"jwks": [{"id": "1", "role_names": ["app"], "jwks_url": "https://a.example/keys",
            "provider_name": "a", "jwt_audience": "b", "x": 1}],
            "tls": {"key_path": "/k", "cert_path": "/c", "x": 1}, "x": 1},
          "reconfigure_concurrency": 4, "drop_subscriptions_before_start": true, "audit_log_level": "Hipaa",
          "logs_export_host": "logs:514", "endpoint_storage_addr": "store:9993", "endpoint_storage_token": "t0ken",
          "autoprewarm": true, "offload_lfc_interval_seconds": 60,
          "databricks_settings": {"pg_compute_tls_settings": {"cert_file": "/c", "key_file": "/k", "ca_file": "/a",
              "x": 1}, "databricks_pg_hba": "/h", "databricks_pg_ident": "/i", "databricks_workspace_host": "w", "x": 1},
          "cluster": {"cluster_id": "c", "name": "n", "state": "s", "x": 1,
            "roles": [{"name": "app \"owner\"", "encrypted_password": null, "x": 1,
              "options": [{"name": "createdb", "value": "true", "vartype": "bool", "x": 1}]}],
            "databases": [{"name": "shop", "owner": "app \"owner\"", "x": 1,
              "options": [{"name": "encoding", "value": "UTF8", "vartype": "string"}]}],
            "postgresql_conf": "work_mem='8MB'",
            "settings": [{"name": "max_connections", "value": "120", "vartype": "integer"}]}},
         "compute_ctl_config": {"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "k1", "use": "sig",
            "alg": "EdDSA", "key_ops": ["verify"]}]}, "tls": {"key_path": "/k", "cert_path": "/c"}, "x": 1},
         "x": 1}
        """#

    @Test func `every field is read`() throws {
        let envelope = try SpecEnvelope(json: Array(Self.everything.utf8))
        let spec = try #require(envelope.spec)
        #expect(spec.operationUUID == "7b0f")
        #expect(spec.hasFeature("activity_monitor_experimental") && !spec.hasFeature("tls_experimental"))
        #expect(spec.swapSizeBytes == .max && spec.diskQuotaBytes == 2 && spec.isFileCacheResizingDisabled)
        #expect(spec.storageMode == .pageserver)
        var rename = DeltaOperation(.renameRole, "old", newName: "new")
        rename.unknown = ["x": .integer(1)]
        #expect(spec.deltaOperations == [rename, DeltaOperation(.deleteDatabase, "gone")])
        #expect(spec.skipCatalogUpdates)
        #expect(spec.tenantID == "5c1d2e3f405162738495a6b7c8d9eafb")
        #expect([spec.projectID, spec.branchID, spec.endpointID] == ["p-1", "b-1", "ep-quiet-otter-1a2b"])
        #expect(spec.pageserverConnectionInfo?.shards.map { $0.pageservers.count } == [2, 1])
        #expect(spec.safekeepersGeneration == 3 && spec.safekeeperConnstrings == ["sk-0.sk:5454", "[::1]:5454"])
        #expect(spec.mode == .static(LSN(0x16E_4018)))
        #expect(spec.storageAuthToken?.reveal() == "eyJ.e30.c2ln")
        #expect(spec.remoteExtensions?.extensionData["anon"]?.archivePath == "5/v15/anon.tar.zst")
        #expect(spec.pgbouncerSettings == ["pool_mode": "transaction"])
        #expect(spec.localProxy?.keySources?.first?.audience == "b")
        #expect(spec.reconfigureConcurrency == 4 && spec.dropsSubscriptionsBeforeStart)
        #expect(spec.auditLogLevel == .extended && spec.logsExportHost == "logs:514")
        #expect(spec.endpointStorageAddress == "store:9993" && spec.endpointStorageToken?.reveal() == "t0ken")
        #expect(spec.isPrewarmedAtStart && spec.fileCacheOffloadIntervalSeconds == 60)
        #expect(spec.databricks?.workspaceHost == "w" && spec.cluster.clusterID == "c")
        #expect(spec.unknown == ["new_here": .object(["a": .list([.integer(1), .null])])])
        #expect(envelope.control.keys.first?.keyID == "k1" && envelope.control.keys.first?.x == "AAAA")
        #expect(envelope.control.tls == CertificateFiles(keyPath: "/k", certificatePath: "/c"))
    }

    @Test func `written again it is the same, with all that was unknown`() throws {
        let first = try SpecEnvelope(json: Array(Self.everything.utf8))
        let second = try SpecEnvelope(json: first.json.bytes(isPretty: true))
        #expect(first == second)
        #expect(first.json.bytes() == second.json.bytes())
        let unknown = String(decoding: first.json.bytes(), as: UTF8.self).components(of: #""x":1"#)
        #expect(unknown == Self.everything.components(of: #""x": 1"#))
    }

    @Test func `what only settings say is taken over`() throws {
        let tenant = String(repeating: "A", count: 32)
        let settings = [
            ("neon.tenant_id", tenant), ("neon.timeline_id", tenant), ("neon.safekeepers", "g#7:sk-0:1, sk-1:2"),
            ("neon.pageserver_connstring", "postgres://ps"), ("neon.endpoint_storage_addr", "store:1"),
            ("neon.endpoint_storage_token", "t0ken"),
        ].map { #"{"name": "\#($0.0)", "value": "\#($0.1)", "vartype": "string"}"# }.joined(separator: ",")
        let spec = try #require(try SpecText.read(SpecText.local(settings: settings)))
        #expect(spec.storageMode == .pageserver)
        #expect(spec.tenantID == tenant.lowercased() && spec.timelineID == tenant.lowercased())
        #expect(spec.safekeepersGeneration == 7)
        #expect(spec.safekeeperConnstrings == ["sk-0:1", "sk-1:2"])
        #expect(spec.endpointStorageAddress == "store:1" && spec.endpointStorageToken?.reveal() == "t0ken")
        let again = try SpecEnvelope(json: SpecEnvelope(spec: spec).json.bytes()).spec
        #expect(again == spec)
    }

    @Test(arguments: [
        (#""Primary""#, ComputeMode.primary), (#""Replica""#, .replica),
        (#"{"Static": "A/0"}"#, .static(LSN(0xA_0000_0000))),
    ])
    func `modes`(text: String, mode: ComputeMode) throws {
        let tenant = String(repeating: "a", count: 32)
        let extra = """
            "mode": \(text), "tenant_id": "\(tenant)", "timeline_id": "\(tenant)", "pageserver_connstring": "host=ps",
            "safekeeper_connstrings": ["sk:1"],
            """
        #expect(try SpecText.read(SpecText.local(extra: extra))?.mode == mode)
    }

    @Test func `no secret is printed`() throws {
        let spec = try #require(try SpecEnvelope(json: Array(Self.everything.utf8)).spec)
        let role = ComputeSpec.Role(name: "app", encryptedPassword: SpecText.verifier)
        var dumped = ""
        dump(spec, to: &dumped)
        dump(role, to: &dumped)
        for text in ["\(spec)", "\(role)", String(reflecting: role), String(reflecting: spec), dumped] {
            #expect(!text.contains("c2ln") && !text.contains("t0ken") && !text.contains("SCRAM"), "\(text)")
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
