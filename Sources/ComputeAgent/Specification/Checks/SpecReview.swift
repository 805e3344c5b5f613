/// Looks through a whole spec and notes everything that cannot work, in the order of the fields.
///
/// What can be known without touching the machine is known here: a spec that passes may still ask for a setting that this
/// Postgres does not have, but not for two things at once.
package struct SpecReview {
    /// Most roles, databases, settings, safekeepers and so on that one spec may list, each.
    package static let listLimit = 10_000
    /// More than this is not written down.
    package static let failureLimit = 100

    let spec: ComputeSpec
    package private(set) var failures: [SpecFailure] = []

    package init(of spec: ComputeSpec) {
        self.spec = spec
        checkBasics()
        checkRoles()
        checkDatabases()
        checkDeltaOperations()
        checkSettings()
        checkIdentity()
        checkPageservers()
        checkSafekeepers()
        checkMode()
        checkHelpers()
    }

    mutating func refuse(at path: String, _ problem: String) {
        if failures.count < Self.failureLimit { failures.append(SpecFailure(at: path, problem)) }
    }

    mutating func refuse(_ failure: SpecFailure) {
        refuse(at: failure.path, failure.problem)
    }

    mutating func refuseDuplicates(_ names: [String], at path: String) {
        if names.count > Self.listLimit { refuse(at: path, "has more than \(Self.listLimit) entries") }
        var seen: Set<String> = []
        for (position, name) in names.prefix(Self.listLimit).enumerated() where !seen.insert(name).inserted {
            refuse(at: "\(path)[\(position)]", "\(name.debugDescription) is there twice")
        }
    }

    /// Text that goes into a line of a file, an option or a header.
    mutating func refuseControlCharacters(in text: String?, at path: String) {
        if let text, text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            refuse(at: path, "contains a control character")
        }
    }

    private mutating func checkBasics() {
        if !(spec.formatVersion >= 1 && spec.formatVersion < 2) {
            refuse(at: "spec.format_version", "\(spec.formatVersion) is not a version this agent reads, which is 1")
        }
        if spec.suspendTimeoutSeconds < -1 {
            refuse(at: "spec.suspend_timeout_seconds", "is neither -1 (never), nor 0 (default), nor a time")
        }
        refuseControlCharacters(in: spec.operationUUID, at: "spec.operation_uuid")
        if spec.features.count > Self.listLimit {
            refuse(at: "spec.features", "has more than \(Self.listLimit) entries")
        }
        if !(1...Self.concurrencyLimit).contains(spec.reconfigureConcurrency) {
            refuse(at: "spec.reconfigure_concurrency", "is not from 1 to \(Self.concurrencyLimit)")
        }
    }

    /// More sessions at once than this would be an attack on our own Postgres.
    static let concurrencyLimit = 1_000
}

extension ComputeSpec {
    /// - Throws: the first thing wrong, with its JSON path.
    package func validate() throws(SpecFailure) {
        if let first = SpecReview(of: self).failures.first { throw first }
    }
}
