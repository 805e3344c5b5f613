internal import ControlPlane
internal import FoundationEssentials
internal import Gossip
internal import TLSEngine
internal import Telemetry
internal import Transport

/// The files by which a fleet's processes know each other: certificates, and the control plane's token.
struct FleetCertificates: Sendable {
    private static let controlPlaneName = "up"
    private static let administratorName = "up"
    private static let tokenLength = 32

    let authority: Authority
    /// Shown to Postgres clients.
    let edge: Authority.Files
    let controlPlane: Authority.Files
    let tokenFile: String
    let tokens: BearerTokens
    let gossipKeyFile: String
    /// Of the fleet, for its gossip: the authority's fingerprint, so that no two fleets share one.
    let cluster: String
    private let identities: [String: Authority.Files]

    /// Makes what is missing or too old.
    init(in data: DataFolder, proxies: [String], domain: String) throws {
        let (folder, now) = (data.file("certs"), WallClock.unixSeconds())
        do {
            authority = try Authority(folder: data.path, now: now)
        } catch {
            throw CommandFailure.failed(
                "\(data.given)/ca.crt and ca.key cannot be used (\(error)): restore them, or remove both for new ones")
        }
        edge = try authority.leaf(
            "edge",
            for: .init(
                commonName: domain, dnsNames: ["*.\(domain)", domain, "localhost"], ipAddresses: ["127.0.0.1"]),
            in: folder, now: now)
        let issue = { [authority] (name: String, identity: FleetIdentity) in
            try authority.leaf(
                name,
                for: .init(
                    commonName: name, dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], uriNames: [identity.uri]),
                in: folder, now: now)
        }
        controlPlane = try issue("control-plane", .controlPlane(Self.controlPlaneName))
        _ = try issue("admin", .admin(Self.administratorName))
        var identities: [String: Authority.Files] = [:]
        for proxy in proxies { identities[proxy] = try issue(proxy, .proxy(MemberID(proxy))) }
        self.identities = identities
        tokenFile = data.file("token")
        tokens = try Self.tokens(tokenFile)
        gossipKeyFile = data.file("gossip.keys")
        if !FileManager.default.fileExists(atPath: gossipKeyFile) {
            let text = KeyRing(.random(id: 1)).fileText.reveal()
            try SecureFile.write(Array(text.utf8), to: gossipKeyFile)
        }
        cluster = Digests.sha256(Array(authority.certificatePEM.utf8)).prefix(16)
            .map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
    }

    /// - Returns: `nil` for a proxy that was not named at the beginning.
    func identity(of proxy: String) -> Authority.Files? { identities[proxy] }

    /// 64 hexadecimal digits, made once.
    private static func tokens(_ path: String) throws -> BearerTokens {
        if FileManager.default.fileExists(atPath: path) { return try BearerTokens(file: path) }
        let token = Digests.randomBytes(tokenLength).map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
        try SecureFile.write(Array((token + "\n").utf8), to: path)
        return try BearerTokens(file: path)
    }
}
