internal import Glibc
internal import Logging
internal import NIOCore
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Holds this compute's one Postgres: gets it to serve what a spec says, and gets rid of it.
///
/// A stop may come at any moment of a start. It wins: the start is given up where it stands, and whatever it had begun
/// is ended like everything else.
actor PostgresKeeper {
    let configuration: AgentConfiguration
    let directory: DataDirectory
    let group: any EventLoopGroup
    let log: Logger
    private var lock: DataDirectoryLock?
    /// Whether what works in the data directory is ours: not before the first start, and never where somebody else starts it.
    private var startsPostgres = false
    private(set) var process: (any PostgresHandle)?
    /// Whether it served before this agent came: what cannot be changed about it is no reason to end it.
    private var wasFoundServing = false
    /// How the agent gets in; `nil` before there is a cluster.
    private(set) var key: AdministratorKey?
    /// What the steps of a start took whose work is done elsewhere.
    let storageFigures = StorageFigures()
    /// Where this start's data came from, until the log's end has been looked for once more.
    private var remote: PageserverStorage?
    /// Where the log of a primary ends in the safekeepers, or why that is not known; `nil` while it is not looked for.
    private var synchronizedEnd: FinalPosition?
    private var token: Secret<String>?
    /// What Postgres's files say now.
    var configured: ComputeSpec?
    /// Settings of the spec that only a restart can change.
    var pendingRestart: [String] = []
    /// Whether the subscriptions that this branch took over are gone, so that those to come may run.
    var isRidOfSubscriptions = false
    /// Of which the local file cache may have its part, in bytes; `nil` leaves its size to the spec.
    var memoryForCache: UInt64?
    /// While Postgres is being given other files.
    var loading: Latch<Bool>?
    private let ownSessions = OwnSessions()
    /// Set once the launch under way has given us the process or failed.
    private var launching: Latch<Bool>?
    private let stopRequested = Latch<Bool>()
    /// Set once Postgres, all that is left of it and the last look for the log's end have ended. One ending, however many
    /// ask for it.
    private var ending: Latch<Bool>?

    let metrics: AgentMetrics

    init(_ configuration: AgentConfiguration, on group: any EventLoopGroup, metrics: AgentMetrics = AgentMetrics()) {
        self.configuration = configuration
        self.metrics = metrics
        self.group = group
        directory = DataDirectory(configuration.directory)
        log = configuration.log
    }

    var isRunning: Bool { process.map { $0.exited == nil } ?? false }
    /// The Postgres that served before this agent came, and serves still.
    var foundServing: (any PostgresHandle)? { wasFoundServing && isRunning ? process : nil }

    /// Whether there is a Postgres that an earlier agent left serving, or none here but somebody else's. To be asked before the
    /// first start.
    var mayBeServing: Bool { configuration.binaries.areMissing || adoption.candidate != nil }

    /// What the agent exits with when Postgres ended by itself.
    var exitCode: Int32 { process?.exited?.agentExitCode ?? 1 }

    /// How long the question may take.
    private static let positionLimit: Duration = .seconds(5)

    /// Where the log ends, for after a stop.
    func finalPosition() async -> FinalPosition {
        guard let process else { return .notObtained("no postgres was started") }
        guard process.exited != nil else { return .notObtained("postgres has not ended") }
        guard process.isOurs else { return .notObtained("postgres is somebody else's") }
        if let synchronizedEnd { return synchronizedEnd }
        do {
            let user = try SystemUser.forPostgres(requested: configuration.runAs)
            return await ControlData.finalPosition(
                of: directory, binaries: configuration.binaries, as: user, within: Self.positionLimit)
        } catch {
            return .notObtained("\(error)")
        }
    }

    // MARK: Starting

    /// Keeps every other agent out of the data directory from now on.
    ///
    /// - Throws: `StorageFailure` when another one is there. A place where no lock can be kept is left to the start, which knows
    ///   whether it needs one.
    func holdDirectory() async throws {
        do {
            lock = try await DataDirectoryLock.take(directory)
        } catch let failure as StorageFailure where failure.reason != .inUse {
            log.debug("the data directory is not locked yet", metadata: ["error": "\(failure)"])
        }
    }

    /// Prepares the data directory, starts Postgres, waits until it serves and is what the spec says.
    ///
    /// - Returns: the process, whose end the caller waits for.
    func start(_ spec: ComputeSpec) async throws -> any PostgresHandle {
        guard spec.storageMode != .attached else { return try await attach(spec) }
        let user = try SystemUser.forPostgres(requested: configuration.runAs)
        if lock == nil { lock = try await DataDirectoryLock.take(directory) }
        startsPostgres = true
        let adoptable = spec.storageMode == .local ? adoption.candidate : nil
        if adoptable == nil { try await Leftovers(directory: directory, log: log).end() }
        let storage = try storage(of: spec, as: user)
        remote = storage as? PageserverStorage
        token = spec.storageAuthToken
        key = try await unlessStopped { try await storage.prepareCluster() }
        if remote != nil { metrics.note(storageFigures.current) }
        if adoptable == nil {
            let files = try await unlessStopped { try await self.awaitFiles(of: spec) }
            try await unlessStopped { try await self.stage(as: user).install(files) }
            configured = spec
        }
        let process = try await metrics.time(.postgres) {
            let process = if let adoptable { try takeUp(adoptable) } else { try await launch(as: user) }
            try await unlessStopped { [directory, startLimit = configuration.startLimit] in
                try await Readiness.wait(for: process, in: directory, limit: startLimit)
            }
            return process
        }
        if adoptable != nil {
            wasFoundServing = true
            // Clients are served already: it takes the files as a running one does, and says what waits for a restart.
            try TemporaryOverride.clear(in: directory, owner: user)
            // Whoever wrote its files may have been killed before Postgres was told to load them.
            try await load(spec, into: process)
        }
        try await metrics.time(.catalog) {
            try await unlessStopped { try await self.applyCatalog(of: spec, isServing: false) }
        }
        return process
    }

    /// A stop that comes meanwhile waits for this, so that no Postgres starts behind its back.
    private func launch(as user: SystemUser?) async throws -> PostgresProcess {
        try refuseIfStopped()
        let launched = Latch<Bool>()
        launching = launched
        defer { launched.set(true) }
        let process = try await PostgresProcess.launch(
            configuration.binaries, in: directory, runningAs: user, token: token, in: configuration.postgresCgroup,
            log: log)
        self.process = process
        adoption.mark(process)
        return process
    }

    /// Waits for a Postgres that somebody else starts, and makes of it what the spec says of roles and databases.
    private func attach(_ spec: ComputeSpec) async throws -> any PostgresHandle {
        let options = configuration.attach
        let login = try options.login(
            host: configuration.loopbackHost, port: configuration.port, group: group, ownSessions: ownSessions)
        key = .given(login)
        let sight = PostmasterSight(directory: directory)
        // It may stand still, if an earlier agent was killed behind a shut door.
        if let postmaster = sight.identifier() { ProcessTable.send(SIGCONT, to: postmaster) }
        let postgres = try await unlessStopped { [log] in
            try await AttachedPostgres.attach(login, sight: sight, limit: options.startLimit, log: log)
        }
        process = postgres
        wasFoundServing = true
        await lookWhatWaits(login)
        try await unlessStopped { try await self.applyCatalog(of: spec, isServing: true) }
        return postgres
    }

    // MARK: Starting again

    private var adoption: Adoption {
        Adoption(
            directory: directory, computeID: configuration.computeID, generation: configuration.generation, log: log)
    }

    private func takeUp(_ mark: AdoptionMark) throws -> PostgresProcess {
        try refuseIfStopped()
        log.notice("going on with the postgres of an earlier agent", metadata: ["pid": "\(mark.process)"])
        let process = PostgresProcess.adopt(mark, log: log)
        // It may stand still, if the earlier agent was killed behind a shut door.
        process.send(SIGCONT)
        self.process = process
        return process
    }

    /// Applies a spec to the Postgres that runs. What only a restart can change waits for the next start.
    func reconfigure(_ spec: ComputeSpec) async throws {
        guard let process, process.exited == nil else {
            throw PostgresStartFailure(description: "postgres is not running")
        }
        // The files of an attached Postgres are not ours.
        if process.isOurs {
            try await load(spec, into: process, mayGoUnchecked: false)
            try followStorage(of: spec)
        } else if let login = login() {
            await lookWhatWaits(login)
        }
        try await unlessStopped { try await self.applyCatalog(of: spec, isServing: true) }
    }

    /// How to log in; `nil` before the first start has made the data directory.
    func login() -> AdministratorLogin? {
        var login: AdministratorLogin
        switch key {
        case nil: return nil
        case .password(let password)?:
            let trust = AdministratorLogin.Trust(
                file: configuration.certificates.authorityFile, serverName: configuration.computeID)
            login = AdministratorLogin(
                way: .network(
                    host: configuration.loopbackHost, port: configuration.port, trust: trust, password: password),
                group: group, ownSessions: ownSessions)
        case .peer(let folder, _)?:
            let path = SocketFolder.socket(in: folder, port: configuration.port)
            login = AdministratorLogin(way: .socket(path: path), group: group, ownSessions: ownSessions)
        case .given(let given)?: login = given
        }
        login.limits = configuration.catalogLimits
        return login
    }

    private func storage(of spec: ComputeSpec, as user: SystemUser?) throws -> any ClusterStorage {
        if configuration.binaries.areMissing, spec.storageMode != .attached {
            throw StorageFailure(.noPostgres, "there is no PostgreSQL here (--pgbin none): only “attached” works")
        }
        return switch spec.storageMode {
        case .local: LocalStorage(directory: directory, binaries: configuration.binaries, user: user, log: log)
        case .pageserver: try pageserverStorage(of: spec, as: user)
        case .attached: throw StorageFailure(.remoteStorage, "an attached Postgres is not started by its agent")
        }
    }

    /// Where the log's end is looked for in the end: safekeepers move, and a replica may have become a primary.
    private func followStorage(of spec: ComputeSpec) throws {
        guard remote != nil, spec.storageMode == .pageserver else { return }
        remote = try pageserverStorage(of: spec, as: SystemUser.forPostgres(requested: configuration.runAs))
        token = spec.storageAuthToken
    }

    private func pageserverStorage(of spec: ComputeSpec, as user: SystemUser?) throws -> PageserverStorage {
        PageserverStorage(
            timeline: try RemoteTimeline(spec), directory: directory, binaries: configuration.binaries, user: user,
            options: configuration.storage, cgroup: configuration.postgresCgroup,
            configurationText: try conf(of: spec).render(), group: group,
            figures: storageFigures, offences: metrics.serverOffences, log: log)
    }

    // MARK: The door

    private static let lookAgain: Duration = .milliseconds(1)

    private var door: PostmasterDoor? { process.map { PostmasterDoor(postmaster: $0, directory: directory) } }

    /// Whoever calls this opens the door again, or stops Postgres, within a second or two.
    ///
    /// - Returns: whether the door is shut.
    func shutDoor() async -> Bool { await door?.shut() ?? false }
    func openDoor() { door?.open() }
    func isSomebodyEntering() -> Bool { door?.isSomebodyEntering ?? false }
    func letNobodyIn() { door?.openForNobody() }

    // MARK: Stopping

    /// Smart, where there is time for that, then fast, then immediate, then by force; then what is left of it in its data
    /// directory. Whoever asks again while it ends may hurry Postgres, and waits for the same ending: what synchronizes the
    /// log's end is no leftover.
    ///
    /// - Returns: whether Postgres ended without force.
    func stop(_ mode: StopMode) async -> Bool {
        stopRequested.set(true)
        _ = await launching?.wait(atMost: configuration.immediateStopLimit)
        let stages = StopStages(configuration, mode)
        let endedByItself = if let process { await stages.end(process, log: log) } else { true }
        if let ending {
            _ = await ending.wait()
            return endedByItself
        }
        let mine = Latch<Bool>()
        ending = mine
        defer { mine.set(true) }
        await endLeftovers()
        await synchronizeEnd()
        lock = nil
        return endedByItself
    }

    /// What a primary wrote last must reach a majority, so that the next start finds all in agreement. One attempt, which
    /// changes nothing about the stop.
    private func synchronizeEnd() async {
        guard let storage = remote.take(), process?.exited != nil else { return }
        do {
            guard let lsn = try await storage.finalLSN() else {
                synchronizedEnd = .notObtained("a read-only compute writes no log")
                return
            }
            log.info("the log ends here", metadata: ["lsn": "\(lsn)"])
            synchronizedEnd = .at(lsn)
        } catch {
            log.error("the log's end was not obtained", metadata: ["error": "\(error)"])
            synchronizedEnd = .notObtained("\(error)")
        }
    }

    private func endLeftovers() async {
        // Where another one starts Postgres, its next one may be in there by now.
        guard startsPostgres else { return }
        do {
            try await Leftovers(directory: directory, log: log).end()
        } catch {
            log.error("\(error)")
        }
    }

    func refuseIfStopped() throws {
        if stopRequested.value != nil { throw CancellationError() }
    }

    /// Runs `work` until it is done or a stop is requested, whichever is first.
    func unlessStopped<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        try refuseIfStopped()
        let stopRequested = stopRequested
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                _ = await stopRequested.wait()
                throw CancellationError()
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
