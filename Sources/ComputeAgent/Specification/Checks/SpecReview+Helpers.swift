internal import Telemetry

/// What is meant for programs beside Postgres.
extension SpecReview {
    mutating func checkHelpers() {
        for (name, address) in [
            ("logs_export_host", spec.logsExportHost), ("endpoint_storage_addr", spec.endpointStorageAddress),
        ] {
            if let address, !Self.isAddress(address) { refuse(at: "spec." + name, "is not host:port") }
        }
        refuseControlCharacters(in: spec.endpointStorageToken?.reveal(), at: "spec.endpoint_storage_token")
        if spec.fileCacheOffloadIntervalSeconds == 0 {
            refuse(at: "spec.offload_lfc_interval_seconds", "must not be 0")
        }
        for (name, value) in (spec.pgbouncerSettings ?? [:]).sorted(by: { $0.key < $1.key }) {
            let place = SpecFailure.path("spec.pgbouncer_settings", name)
            if !GenericOption.isSettingName(name) { refuse(at: place, "is not the name of a setting") }
            refuseControlCharacters(in: value, at: place)
        }
        if let remote = spec.remoteExtensions { check(remote, at: "spec.remote_extensions") }
        checkLocalProxy()
    }

    /// The names become names of files, so that none may lead out of its folder.
    private mutating func check(_ remote: RemoteExtensions, at path: String) {
        for (library, owner) in remote.libraryIndex.sorted(by: { $0.key < $1.key })
        where remote.extensionData[owner] == nil {
            refuse(
                at: SpecFailure.path(path + ".library_index", library),
                "names an extension that is not in extension_data")
        }
        for (name, data) in remote.extensionData.sorted(by: { $0.key < $1.key }) {
            let place = SpecFailure.path(path + ".extension_data", name)
            if !Self.isFileName(name) { refuse(at: place, "is not the name of an extension") }
            for file in data.controlData.keys.sorted() where !Self.isFileName(file) || !file.hasSuffix(".control") {
                refuse(at: SpecFailure.path(place + ".control_data", file), "is not the name of a control file")
            }
            let parts = data.archivePath.split(separator: "/", omittingEmptySubsequences: false)
            if !parts.allSatisfy({ Self.isFileName(String($0)) }) {
                refuse(at: place + ".archive_path", "is not a path below the store's address")
            }
        }
    }

    private mutating func checkLocalProxy() {
        for (position, source) in (spec.localProxy?.keySources ?? []).enumerated() {
            let place = "spec.local_proxy_config.jwks[\(position)].jwks_url"
            guard source.keysURL.hasPrefix("https://") || source.keysURL.hasPrefix("http://") else {
                refuse(at: place, "is not an http or https address")
                continue
            }
            refuseControlCharacters(in: source.keysURL, at: place)
        }
    }

    private static func isFileName(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }
}
