/// What is true only while the agent works on the catalog: the last file that `postgresql.conf` includes.
struct TemporaryOverride: Sendable {
    let directory: DataDirectory
    let user: SystemUser?
    /// Tells Postgres to read its files again.
    let reload: @Sendable () -> Void

    /// - Parameter settings: names with bare values.
    /// - Throws: what `work` throws. Whatever happens, the settings are taken back before this returns.
    func during<Value>(
        _ settings: KeyValuePairs<String, String>, isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> Value
    ) async throws -> Value {
        let text = settings.map { ConfLine($0, bare: $1).text + "\n" }.joined()
        try OwnedFile.write(text, to: directory.file(DataDirectory.overrideName), owner: user)
        reload()
        defer {
            // Cannot be told to anybody from here; the next start takes it back as well.
            try? Self.clear(in: directory, owner: user)
            reload()
        }
        return try await work()
    }

    /// Also for what an agent left behind that was killed in the middle of it.
    static func clear(in directory: DataDirectory, owner: SystemUser?) throws {
        try OwnedFile.write("", to: directory.file(DataDirectory.overrideName), owner: owner)
    }
}
