internal import TLSEngine
internal import Telemetry

/// What Postgres reads for its configuration, all of it together: two sets that are equal need no reload.
struct ConfigurationFiles: Equatable, Sendable {
    let conf: [UInt8]
    private let access: [UInt8]
    private let userMap: [UInt8]
    private let certificate: [UInt8]
    private let privateKey: Secret<[UInt8]>

    /// - Parameter agentUser: who the agent is to the kernel, where it comes in over a socket.
    /// - Throws: `StorageFailure` when the certificate and its key cannot be read or do not belong together: between two
    ///   renames of a renewal they do not, so the caller keeps what it has and looks again later.
    init(_ conf: PostgresConfFile, certificates: AgentCertificates, agentUser: String? = nil) throws {
        self.conf = Array(conf.render().utf8)
        access = Array(HostBasedAccess.render(listenHost: conf.listenHost, agentUser: agentUser).utf8)
        userMap = Array(HostBasedAccess.renderUserMap(agentUser: agentUser).utf8)
        certificate = try certificates.certificate()
        privateKey = Secret(try certificates.privateKey())
        do {
            try KeyPair.check(
                certificatePEM: String(decoding: certificate, as: UTF8.self),
                privateKeyPEM: String(decoding: privateKey.reveal(), as: UTF8.self))
        } catch {
            throw StorageFailure(.badConfiguration, "\(certificates.certificateFile): \(error)")
        }
    }

    /// What is there; `nil` when any of it is missing.
    init?(in directory: DataDirectory) {
        let files = Self.names.compactMap { OwnedFile.read(directory.file($0)) }
        guard files.count == Self.names.count else { return nil }
        (conf, access, userMap) = (files[0], files[1], files[2])
        certificate = files[3]
        privateKey = Secret(files[4])
    }

    static let confName = "postgresql.conf"
    private static let names = [
        confName, "pg_hba.conf", "pg_ident.conf", DataDirectory.certificateName, DataDirectory.privateKeyName,
    ]

    /// Each file whole and 0600. Files that are right already are not touched.
    ///
    /// - Returns: for who may want those of before again.
    /// - Throws: when one of them cannot be written, perhaps for want of room; all are what they were then.
    func write(to directory: DataDirectory, owner: SystemUser?) throws -> ConfigurationExchange {
        let contents = [conf, access, userMap, certificate, privateKey.reveal()]
        for name in Self.names { ConfigurationExchange.clear(directory.file(name)) }
        var exchange = ConfigurationExchange()
        do {
            for (name, bytes) in zip(Self.names, contents) {
                guard let written = try OwnedFile.beside(bytes, directory.file(name), owner: owner) else { continue }
                exchange.add(written)
            }
            try exchange.put()
        } catch {
            exchange.takeBack()
            throw error
        }
        return exchange
    }
}
