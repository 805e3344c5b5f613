internal import GRPCLite
internal import Glibc
internal import Logging
internal import NIOCore
internal import Synchronization
internal import TLSEngine
internal import Telemetry

/// Makes the data directory anew from storage that is elsewhere, at every start.
///
/// What is on this machine is a copy: the base backup goes into `PGDATA.partial`, is judged there, and takes the place of
/// the last start's copy by being renamed. Only what an earlier start of this kind made is ever removed: a directory without
/// the mark beside it is somebody's data.
struct PageserverStorage: ClusterStorage {
    let timeline: RemoteTimeline
    let directory: DataDirectory
    let binaries: PostgresBinaries
    let user: SystemUser?
    let options: StorageOptions
    let cgroup: PostgresCgroup?
    /// `postgresql.conf` for the program that synchronizes the safekeepers: it finds them there.
    let configurationText: String
    let group: any EventLoopGroup
    let figures: StorageFigures
    /// Of pageservers.
    let offences: OffenceCounters
    let log: Logger

    func prepareCluster() async throws -> AdministratorKey {
        try refuseOthersData()
        let socket = try SocketFolder(beside: directory, owner: user)
        let agentUser = try SocketFolder.ownName()
        do {
            async let version = binaries.majorVersion()
            let lsn = try await startingPoint()
            try await fetch(lsn, expecting: try await version)
            try writeSignals()
            try socket.make()
            try takePlace()
        } catch {
            try FileTree.remove(directory.partialPath)
            try FileTree.remove(directory.syncPath)
            throw error
        }
        return .peer(folder: socket.path, agentUser: agentUser)
    }

    /// One more look at the log's end, when the primary has stopped: what it wrote last must reach a majority, so that the
    /// next start finds all in agreement.
    ///
    /// - Returns: `nil` for a compute that does not write.
    func finalLSN() async throws -> LSN? {
        guard timeline.mode == .primary else { return nil }
        return try await sync(within: options.finalSyncLimit).run(in: directory.path)
    }

    private func sync(within limit: Duration) -> SafekeeperSync {
        SafekeeperSync(
            binaries: binaries, program: options.syncProgram, token: timeline.token, user: user, limit: limit,
            cgroup: cgroup,
            log: log)
    }

    // MARK: The starting point

    /// - Returns: `nil` for the newest there is.
    private func startingPoint() async throws -> LSN? {
        switch timeline.mode {
        case .replica: return nil
        case .static(let lsn): return lsn
        case .primary:
            try makeSyncFolder()
            let check = SafekeeperCheck(timeline: timeline, limit: options.safekeeperLimit, group: group, log: log)
            let outcome = try await LogEnd(check: check, sync: sync(within: options.syncLimit), log: log).find(
                in: directory.syncPath)
            try FileTree.remove(directory.syncPath)
            figures.note(outcome)
            return outcome.lsn
        }
    }

    private func makeSyncFolder() throws {
        let path = directory.syncPath
        try FileTree.remove(path)
        guard mkdir(path, 0o700) == 0 else { throw StorageFailure(.cannotCreate, path, errno: errno) }
        try OwnedFile.write(configurationText, to: path + "/postgresql.conf", owner: user)
        if let user, chown(path, user.uid, user.gid) != 0 {
            throw StorageFailure(.cannotCreate, path, errno: errno)
        }
    }

    // MARK: The base backup

    private func fetch(_ lsn: LSN?, expecting version: String) async throws {
        let link = PageserverLink(
            timeline: timeline, trust: try options.trustFile.map { try TLSContext.client(trustedCAFile: $0) },
            group: group, connectLimit: options.basebackup.connectLimit, offences: offences)
        let fetcher = BasebackupFetcher(
            request: BasebackupRequest(timeline: timeline, lsn: lsn), link: link, folder: directory.partialPath,
            owner: user, expectedVersion: version, limits: options.basebackup, log: log)
        figures.note(try await fetcher.fetch())
    }

    /// A standby of some kind; which one, the configuration says.
    private func writeSignals() throws {
        guard timeline.mode != .primary else { return }
        try OwnedFile.write("", to: directory.partialPath + "/standby.signal", owner: user)
    }

    // MARK: Taking the place

    private func refuseOthersData() throws {
        switch try directory.content() {
        case .absent, .empty: break
        case .somethingElse, .cluster:
            guard access(directory.remoteMarkPath, F_OK) == 0 else {
                throw StorageFailure(
                    .notADataDirectory,
                    "\(directory.path): holds data that did not come from a pageserver; it is left untouched")
            }
        }
    }

    private func takePlace() throws {
        let partial = directory.partialPath
        try OwnedFile.write(
            "\(timeline.tenantID)/\(timeline.timelineID)\n", to: directory.remoteMarkPath, owner: nil)
        try FileTree.remove(directory.path)
        unlink(directory.appliedMarkPath)
        if let user, chown(partial, user.uid, user.gid) != 0 {
            throw StorageFailure(.cannotCreate, partial, errno: errno)
        }
        guard rename(partial, directory.path) == 0 else {
            throw StorageFailure(.cannotCreate, directory.path, errno: errno)
        }
    }
}
