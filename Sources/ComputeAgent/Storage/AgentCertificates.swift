/// The files of this compute's identity, as the control plane laid them out.
package struct AgentCertificates: Equatable, Sendable {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    package var authorityFile: String { folder + "/ca.crt" }
    package var certificateFile: String { folder + "/tls.crt" }
    package var privateKeyFile: String { folder + "/tls.key" }

    func certificate() throws(StorageFailure) -> [UInt8] { try read(certificateFile) }
    func privateKey() throws(StorageFailure) -> [UInt8] { try read(privateKeyFile) }

    private func read(_ path: String) throws(StorageFailure) -> [UInt8] {
        guard let bytes = OwnedFile.readGiven(path), !bytes.isEmpty else {
            throw StorageFailure(.cannotRead, "\(path): cannot be read")
        }
        return bytes
    }
}
