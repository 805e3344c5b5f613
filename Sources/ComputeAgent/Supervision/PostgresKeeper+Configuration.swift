internal import Glibc
internal import Logging
internal import Transport

/// Files that change while Postgres runs: one change at a time, each begun from what the one before has left.
extension PostgresKeeper {
    /// The certificate was renewed: Postgres shows the new one to who comes from now on.
    ///
    /// - Returns: whether it is another one than before; of a Postgres that somebody else started, that it was asked to look.
    /// - Throws: when it could not be given one now, and must be later.
    @discardableResult
    func renewCertificates() async throws -> Bool {
        guard let process, process.exited == nil else { return false }
        guard process.isOurs else {
            // It reads them itself, from where the same files are mounted in its own container.
            process.send(SIGHUP)
            return true
        }
        // One that was taken over and has refused our files, or is being asked what it makes of them.
        guard configured != nil else {
            throw StorageFailure(.badConfiguration, "postgres does not go by our configuration")
        }
        let copy = directory.file(DataDirectory.certificateName)
        let before = OwnedFile.read(copy)
        try await load(nil, into: process)
        return OwnedFile.read(copy) != before
    }

    /// The memory there is has changed, or will: the local file cache takes its part of it.
    ///
    /// - Returns: whether Postgres goes by that now. Also when there is no such cache, or the spec wants it left alone.
    func resizeFileCache(forMemory bytes: UInt64) async -> Bool {
        guard let process, process.exited == nil, process.isOurs, let configured else { return true }
        let before = memoryForCache
        memoryForCache = bytes
        guard let size = FileCacheSize.mebibytes(memory: bytes, for: configured) else { return true }
        do {
            try await load(nil, into: process)
            log.info("the file cache is to have this size", metadata: ["MiB": "\(size)"])
            return true
        } catch {
            memoryForCache = before
            log.warning("the file cache keeps its size", metadata: ["MiB": "\(size)", "error": "\(error)"])
            return false
        }
    }

    /// - Parameters:
    ///   - spec: what its files are to say; `nil`: what they say, of things that have changed beside it.
    ///   - mayGoUnchecked: whether also when the agent's role is no superuser any more, who may say nothing to that.
    func load(
        _ spec: ComputeSpec?, into process: any PostgresHandle, mayGoUnchecked: Bool = true
    ) async throws {
        while let other = loading { _ = await other.wait() }
        let mine = Latch<Bool>()
        loading = mine
        defer {
            loading = nil
            mine.set(true)
        }
        guard let spec = spec ?? configured, let login = login() else { return }
        let files = try files(of: spec)
        let stage = stage(as: try SystemUser.forPostgres(requested: configuration.runAs))
        // Of one that was taken over nothing is known before it has taken them once.
        let isKnown = configured != nil
        let pending = try await unlessStopped {
            try await stage.apply(
                files, isKnown: isKnown, mayGoUnchecked: mayGoUnchecked,
                // Who may not keep its words from the log is no superuser, and changes nothing.
                open: { try await login.open(mayBeOverheard: mayGoUnchecked) },
                reload: { process.send(SIGHUP) })
        }
        configured = spec
        note(pending)
    }

    /// - Parameter pending: settings whose new values wait for a restart; `nil` when that is not known.
    private func note(_ pending: [String]?) {
        guard let pending, pending != pendingRestart else { return }
        pendingRestart = pending
        if !pending.isEmpty {
            log.notice("settings wait for a restart", metadata: ["settings": "\(pending.joined(separator: ", "))"])
        }
    }

    /// Of a Postgres whose files somebody else writes.
    func lookWhatWaits(_ login: AdministratorLogin) async {
        note(
            await ConfigurationStage.ask({ try await login.open(mayBeOverheard: true) }) {
                try await ReloadOutcome.pendingRestart($0)
            })
    }

    func stage(as user: SystemUser?) -> ConfigurationStage {
        ConfigurationStage(directory: directory, binaries: configuration.binaries, user: user, log: log)
    }

    func files(of spec: ComputeSpec) throws -> ConfigurationFiles {
        let certificates = configuration.certificates.shown(as: spec.certificateFiles)
        let files = try ConfigurationFiles(try conf(of: spec), certificates: certificates, agentUser: key?.agentUser)
        if spec.certificateFiles != nil { try certificates.prove(configuration.computeID) }
        return files
    }

    /// What Postgres shows, or is to show.
    var shownCertificates: AgentCertificates { configuration.certificates.shown(as: configured?.certificateFiles) }

    private static let certificateLimit: Duration = .seconds(5)
    private static let lookAgain: Duration = .milliseconds(200)

    /// For a start: a certificate that the spec names may be on its way still, and not for ever.
    func awaitFiles(of spec: ComputeSpec) async throws -> ConfigurationFiles {
        let end = ContinuousClock.now + Self.certificateLimit
        while true {
            do {
                return try files(of: spec)
            } catch let failure as StorageFailure {
                guard spec.certificateFiles != nil, ContinuousClock.now < end else { throw failure }
                log.info("waiting for a certificate", metadata: ["error": "\(failure)"])
            }
            // Whoever writes it tells nobody. Bounded by the limit above.
            try await Task.sleep(for: Self.lookAgain)
        }
    }

    func conf(of spec: ComputeSpec) throws -> PostgresConfFile {
        var conf = PostgresConfFile(
            spec: spec, pageservers: try PageserverResolver.resolve(spec), listenHost: configuration.listenHost,
            port: configuration.port)
        conf.socketFolder = key?.socketFolder ?? ""
        conf.hasStrictOvercommit = KernelMemory.isStrict
        conf.subscriptionsAreDropped = isRidOfSubscriptions
        conf.fileCacheLimit = memoryForCache.flatMap { FileCacheSize.mebibytes(memory: $0, for: spec) }
        if spec.storageMode == .pageserver {
            conf.privilegedRole = configuration.privilegedRole
            // One that is free is not known before it is taken, which may be later than this.
            conf.extensionServerPort = configuration.http?.internalPort.flatMap { $0 > 0 ? $0 : nil }
        }
        return conf
    }
}
