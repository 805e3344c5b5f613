internal import ControlPlane
internal import FoundationEssentials
internal import Telemetry

/// The fleet's private authority, out of a folder or a Secret.
final class FleetAuthority {
    private static let name = "sidecar-authority"
    private static let files = ["ca.crt", "ca.key"]
    private let authority: Authority
    /// Where leaves are written on their way elsewhere.
    private let folder: String
    private var count = 0

    private init(folder: String, keptIn kept: String) throws {
        self.folder = folder
        authority = try Authority(folder: kept, now: WallClock.unixSeconds())
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// `FOLDER/sidecar-authority`, made at the first time.
    static func ofFolder(_ folder: String) throws -> FleetAuthority {
        let kept = "\(folder)/\(name)"
        try makeFolder(kept)
        return try FleetAuthority(folder: try temporaryFolder(), keptIn: kept)
    }

    /// The Secret `sidecar-authority`, made at the first time. Of two that make it, the first one's counts for both.
    static func ofCluster(_ client: ClusterClient) async throws -> FleetAuthority {
        let folder = try temporaryFolder()
        if let known = try await known(client) { return try of(known, in: folder) }
        let own = try FleetAuthority(folder: folder, keptIn: folder)
        var data: [String: Secret<[UInt8]>] = [:]
        for file in files { data[file] = Secret(try SecureFile.read("\(folder)/\(file)")) }
        if try await client.makeIfMissing(NewSecret(name: name, data: data), in: nil) { return own }
        guard let known = try await known(client) else {
            throw CommandFailure.failed("\(name): is there, and is not there")
        }
        return try of(known, in: try temporaryFolder())
    }

    private static func known(_ client: ClusterClient) async throws -> SecretObject? {
        do {
            return try await client.secret(name)
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }

    private static func of(_ secret: SecretObject, in folder: String) throws -> FleetAuthority {
        for file in files {
            guard let bytes = secret.data[file] else { throw CommandFailure.failed("\(name): has no \(file)") }
            try SecureFile.write(bytes.reveal(), to: "\(folder)/\(file)")
        }
        return try FleetAuthority(folder: folder, keptIn: folder)
    }

    /// `tls.crt`, `tls.key` and `ca.crt`.
    func certificate(_ subject: Authority.Subject) throws -> [String: Secret<[UInt8]>] {
        count += 1
        let issued = try authority.leaf("leaf-\(count)", for: subject, in: folder, now: WallClock.unixSeconds())
        return [
            "tls.crt": Secret(try SecureFile.read(issued.certificate)),
            "tls.key": Secret(try SecureFile.read(issued.privateKey)),
            "ca.crt": Secret(Array(authority.certificatePEM.utf8)),
        ]
    }

    private static func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "sidecar-certs-\(UUID().uuidString)").path
        try makeFolder(path)
        return path
    }

    private static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
}

extension ClusterClient {
    /// - Returns: false when there was one already.
    func makeIfMissing(_ secret: NewSecret, in namespace: String?) async throws -> Bool {
        do {
            try await make(secret, in: namespace)
            return true
        } catch {
            guard error.reason == .conflict else { throw error }
            return false
        }
    }
}
