internal import Glibc
internal import Logging
internal import PostgresWire
internal import Subprocess
internal import TLSEngine
internal import Telemetry

/// Gets a data directory on this machine into the state a start needs.
struct LocalStorage: ClusterStorage {
    let directory: DataDirectory
    let binaries: PostgresBinaries
    let user: SystemUser?
    let log: Logger
    /// How long `initdb` may take, on a slow disk too.
    var initdbLimit: Duration = .seconds(300)

    /// What `initdb` may say before the rest is cut off, in bytes.
    private static let outputLimit = 256 * 1024
    private static let passwordBytes = 24

    /// Creates the cluster if there is none yet. What was begun is taken away when it fails or is cancelled, and done over
    /// after an agent that was killed in the middle of it.
    ///
    /// - Returns: the agent's superuser password.
    func prepareCluster() async throws -> AdministratorKey {
        switch try directory.content() {
        case .cluster:
            return .password(try presentPassword())
        case .somethingElse:
            throw StorageFailure(
                .notADataDirectory, "\(directory.path): holds files but no Postgres data; it is left untouched")
        case .absent, .empty:
            return .password(try await createCluster())
        }
    }

    private func presentPassword() throws -> Secret<String> {
        guard let bytes = OwnedFile.read(directory.administratorPasswordPath), !bytes.isEmpty else {
            throw StorageFailure(
                .cannotRead,
                "\(directory.administratorPasswordPath): missing, so the agent cannot log in to \(directory.path)")
        }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    private func createCluster() async throws -> Secret<String> {
        log.info("creating a data directory", metadata: ["path": "\(directory.path)"])
        try FileTree.remove(directory.partialPath)
        unlink(directory.appliedMarkPath)
        let password = Secret(Self.hex(Digests.randomBytes(Self.passwordBytes)))
        try OwnedFile.write(password.reveal(), to: directory.administratorPasswordPath, owner: nil)
        do {
            try await createCluster(in: directory.partialPath, password: password)
        } catch {
            // Programs that `initdb` had started may still write there.
            try? await Leftovers(directory: directory, log: log).end()
            try FileTree.remove(directory.partialPath)
            throw error
        }
        Self.syncFolder(of: directory.path)
        return password
    }

    private func createCluster(in partial: String, password: Secret<String>) async throws {
        guard mkdir(partial, 0o700) == 0 else { throw StorageFailure(.cannotCreate, partial, errno: errno) }
        if let user, chown(partial, user.uid, user.gid) != 0 {
            throw StorageFailure(.cannotCreate, partial, errno: errno)
        }
        let handedOver = partial + "-password"
        try OwnedFile.write(password.reveal(), to: handedOver, owner: user)
        defer { unlink(handedOver) }
        try await initdb(in: partial, passwordFile: handedOver)
        // An empty folder may stand in the way; one that is not empty makes this fail, which is right.
        _ = rmdir(directory.path)
        guard rename(partial, directory.path) == 0 else {
            throw StorageFailure(.cannotCreate, directory.path, errno: errno)
        }
    }

    private func initdb(in path: String, passwordFile: String) async throws {
        let arguments = [
            "--pgdata=\(path)", "--username=\(CatalogName.administrator)", "--pwfile=\(passwordFile)",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ]
        let result = try await TimeLimit.run(initdbLimit, "initdb") {
            try await run(
                binaries.configuration("initdb", arguments, runningAs: user), output: .string(limit: Self.outputLimit),
                error: .combinedWithOutput)
        }
        guard result.terminationStatus.isSuccess else {
            let said = result.standardOutput.split(separator: "\n").suffix(4).joined(separator: " | ")
            throw StorageFailure(.initdbFailed, "initdb in \(path): \(said)")
        }
    }

    private static func syncFolder(of path: String) {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let file = open("/" + folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
