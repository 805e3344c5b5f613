/// Notices that the files of the compute's identity were exchanged.
package struct CertificateWatch: Sendable {
    private let certificates: AgentCertificates
    private var seen: [[UInt8]]

    /// How often to look: as often as all others look at theirs, so that nobody shows an old certificate for long to those
    /// who have a new authority.
    package static let interval: Duration = .seconds(2)

    package init(_ certificates: AgentCertificates) {
        self.certificates = certificates
        seen = Self.read(certificates)
    }

    /// - Returns: whether they are others than at the last look. Files that cannot be read are no news.
    package mutating func look() -> Bool {
        let now = Self.read(certificates)
        guard now.count == 2, now != seen else { return false }
        seen = now
        return true
    }

    private static func read(_ certificates: AgentCertificates) -> [[UInt8]] {
        [certificates.certificateFile, certificates.privateKeyFile].compactMap { OwnedFile.readGiven($0) }
    }
}
