internal import PostgresWire

extension CatalogSketch {
    /// Those that a preloaded library is of no use without, and those of the audit.
    mutating func installExtensions(audit: AuditLogLevel) {
        if picture.preloadedLibraries.contains("pg_stat_statements") {
            install("pg_stat_statements", schema: "public", at: .extensions)
        }
        if picture.preloadedLibraries.contains("neon") {
            if picture.extensions["neon"] == nil {
                add(.extensions, .installedExtension("neon"), ["CREATE SCHEMA IF NOT EXISTS neon"])
            }
            install("neon", schema: "neon", at: .extensions)
        }
        for name in audit.extensions { install(name, schema: "public", at: .audit) }
    }

    private mutating func install(_ name: String, schema: String, at stage: CatalogStep.Stage) {
        let quoted = SQLText.identifier(name)
        guard let available = picture.availableExtensions[name] else {
            return complain(.installedExtension(name), "is not on this machine")
        }
        if let installed = picture.extensions[name] {
            guard installed != available else { return }
            add(stage, .installedExtension(name), ["ALTER EXTENSION \(quoted) UPDATE"])
        } else {
            add(
                stage, .installedExtension(name),
                ["CREATE EXTENSION IF NOT EXISTS \(quoted) WITH SCHEMA \(SQLText.identifier(schema))"])
            // Our own sessions in `postgres` are no business of the audit's.
            if name == "pgaudit" {
                add(stage, .installedExtension(name), ["ALTER DATABASE postgres SET pgaudit.log = 'none'"])
            }
        }
        hasInstalled(name)
    }
}

extension AuditLogLevel {
    fileprivate var extensions: [String] {
        switch self {
        case .disabled: []
        case .base: ["pgaudit"]
        case .extended, .full: ["pgaudit", "pgauditlogtofile"]
        }
    }
}
