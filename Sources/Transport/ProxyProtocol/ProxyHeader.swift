package import NIOCore

/// What a balancer says of a connection before the connection's own first byte.
///
/// The PROXY protocol (haproxy.org, doc/proxy-protocol.txt): version 1 is a line of text, version 2 is binary. Pure: bytes
/// in, a value out.
package struct ProxyHeader: Equatable, Sendable {
    package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        package var address: IPAddress
        package var port: UInt16

        package init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        package var description: String {
            address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
    }

    package enum Speaker: Equatable, Sendable {
        /// LOCAL: the balancer itself, such as for a health check.
        case balancer
        /// The connection of somebody else.
        /// - Parameter destination: where that one connected to.
        case client(source: Endpoint, destination: Endpoint)
        /// The connection of somebody else, of whom the balancer cannot say who it is (`UNKNOWN`, AF_UNSPEC).
        case unknown
    }

    /// The private link through which the client came.
    package enum PrivateLink: Hashable, Sendable, CustomStringConvertible {
        /// An AWS VPC endpoint id, such as `vpce-08d2bf15fac5001c9`.
        case aws(String)
        /// An Azure private endpoint's LINKID.
        case azure(UInt32)

        package var description: String {
            switch self {
            case .aws(let id): id
            case .azure(let id): "\(id)"
            }
        }
    }

    package var speaker: Speaker
    package var privateLink: PrivateLink?

    package init(_ speaker: Speaker, privateLink: PrivateLink? = nil) {
        self.speaker = speaker
        self.privateLink = privateLink
    }

    /// What a stranger may send.
    package enum Limit {
        /// The line of version 1, its CRLF included (§2.1 of the specification).
        package static let line = 107
        /// What follows the 16 bytes that begin version 2: addresses and TLVs. Balancers send less than 300; some add
        /// a client's certificate.
        package static let body = 4096
        /// A VPC endpoint id.
        package static let linkName = 128
    }

    package enum Malformed: Error, Equatable, Sendable {
        /// The first bytes are not a header's.
        case noHeader
        /// The line of version 1 is longer than it can be, or not written as the specification says.
        case line
        /// Neither LOCAL nor PROXY, or another version in version 2's clothes.
        case command(UInt8)
        /// An address family or a transport that we do not serve.
        case family(UInt8)
        case length(UInt16)
        /// A TLV that ends behind the header, or one that may not be there twice.
        case extensions
        case checksum
        case privateLink
    }

    package enum Outcome: Equatable, Sendable {
        case needMore
        /// - Parameter consumed: how many bytes the header takes up.
        case header(ProxyHeader, consumed: Int)
        case malformed(Malformed)
    }

    /// - Parameter bytes: all that came so far.
    package static func parse(_ bytes: ByteBuffer) -> Outcome {
        let view = bytes.readableBytesView
        do throws(Malformed) {
            let parsed: (ProxyHeader, Int)?
            switch view.first {
            case nil: return .needMore
            case V1.prefix.first: parsed = try V1.parse(view)
            case V2.signature.first: parsed = try V2.parse(bytes)
            default: throw .noHeader
            }
            guard let (header, consumed) = parsed else { return .needMore }
            return .header(header, consumed: consumed)
        } catch {
            return .malformed(error)
        }
    }
}
