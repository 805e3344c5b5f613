internal import TLSEngine

/// The files of this compute's identity, as the control plane laid them out.
package struct AgentCertificates: Equatable, Sendable {
    package let authorityFile: String
    package private(set) var certificateFile: String
    package private(set) var privateKeyFile: String

    package init(folder: String) {
        authorityFile = folder + "/ca.crt"
        certificateFile = folder + "/tls.crt"
        privateKeyFile = folder + "/tls.key"
    }

    /// - Parameter given: what Postgres is to show in the place of the compute's own.
    func shown(as given: CertificateFiles?) -> AgentCertificates {
        guard let given else { return self }
        var changed = self
        (changed.certificateFile, changed.privateKeyFile) = (given.certificatePath, given.keyPath)
        return changed
    }

    /// Whoever dials this compute, proxies and the agent itself, takes nothing else.
    func prove(_ computeID: String) throws(StorageFailure) {
        do {
            try Rehearsal.handshake(
                server: try .server(certificateFile: certificateFile, privateKeyFile: privateKeyFile),
                client: try .client(trustedCAFile: authorityFile), serverName: computeID)
        } catch {
            throw StorageFailure(.badConfiguration, "\(certificateFile): does not prove \(computeID): \(error)")
        }
    }

    func certificate() throws(StorageFailure) -> [UInt8] { try read(certificateFile) }
    func privateKey() throws(StorageFailure) -> [UInt8] { try read(privateKeyFile) }

    private func read(_ path: String) throws(StorageFailure) -> [UInt8] {
        guard let bytes = OwnedFile.readGiven(path), !bytes.isEmpty else {
            throw StorageFailure(.cannotRead, "\(path): cannot be read")
        }
        return bytes
    }
}
