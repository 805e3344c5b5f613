/// What a client says about the TLS connection that carries its proof: the GS2 header of its first message, and the
/// bytes that its last message repeats. RFC 5802 §6 and §7; the one type is RFC 5929 §4.
enum ChannelBinding: Equatable, Sendable {
    /// `n`: the client cannot bind.
    case unsupported
    /// `y`: it could, and believes that the server cannot.
    case notOffered
    /// `p=tls-server-end-point`, with the digest of the server's certificate as this side sees it.
    case endPoint([UInt8])

    static let type = "tls-server-end-point"

    /// Up to and including the second comma; no authorization identity.
    var header: [UInt8] {
        switch self {
        case .unsupported: Array("n,,".utf8)
        case .notOffered: Array("y,,".utf8)
        case .endPoint: Array("p=\(Self.type),,".utf8)
        }
    }

    /// What `c=` of the client's last message stands for.
    var input: [UInt8] {
        switch self {
        case .unsupported, .notOffered: header
        case .endPoint(let digest): header + digest
        }
    }
}
