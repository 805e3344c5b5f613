internal import ControlPlane
internal import Gossip
internal import TLSEngine
internal import Telemetry
internal import Transport

/// One thing that a part of the fleet is given: a certificate with its key, the token, or the gossip keys.
struct FleetSecret: Sendable {
    private enum Kind: Sendable {
        case certificate(Authority.Subject)
        case token
        case gossipKeys
    }

    /// Of the Secret, or of the folder.
    let name: String
    /// `nil`: the fleet's own.
    let namespace: String?
    private let kind: Kind

    private init(_ name: String, in namespace: String? = nil, _ kind: Kind) {
        self.name = name
        self.namespace = namespace
        self.kind = kind
    }

    /// What every fleet has. Proxies share one identity (`--shared-identity proxy`).
    static var ofFleet: [FleetSecret] {
        let identities: [(String, FleetIdentity)] = [
            ("proxy-tls", .proxy(MemberID("proxy"))), ("control-plane-tls", .controlPlane("control-plane")),
            ("admin-tls", .admin("operator")),
        ]
        let certificates = identities.map { name, identity in
            FleetSecret(name, .certificate(.init(commonName: name, uriNames: [identity.uri])))
        }
        return certificates + [
            FleetSecret("control-plane-token", .token), FleetSecret("gossip-keys", .gossipKeys),
        ]
    }

    /// What clients are shown.
    static func edge(names: [String]) -> FleetSecret {
        FleetSecret("edge-tls", .certificate(.init(commonName: names.first ?? "", dnsNames: names)))
    }

    static func compute(_ endpoint: EndpointName, statefulSet: String, namespace: String) -> FleetSecret {
        let pod = statefulSet + "-0"
        let identity = FleetIdentity.compute(endpoint, computeID: pod)
        return FleetSecret(
            statefulSet + "-tls", in: namespace,
            .certificate(.init(commonName: pod, dnsNames: [pod], uriNames: [identity.uri])))
    }

    /// Made anew each time.
    func data(by authority: FleetAuthority) throws -> [String: Secret<[UInt8]>] {
        switch kind {
        case .certificate(let subject): try authority.certificate(subject)
        case .token:
            ["token": Secret(Array(Digests.randomBytes(32).flatMap { Self.digits($0).utf8 }))]
        case .gossipKeys:
            ["keys": Secret(Array(KeyRing(.random(id: 1)).fileText.reveal().utf8))]
        }
    }

    private static func digits(_ byte: UInt8) -> Substring { String(0x100 | Int(byte), radix: 16).dropFirst() }
}
