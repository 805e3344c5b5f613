package import Gossip

/// What the socket itself has to tell, one log line each.
package enum GossipSocketEvent: Sendable, Equatable, CustomStringConvertible {
    /// - receiveBuffer: what the kernel gave, in bytes.
    case listening(on: MemberAddress, advertised: MemberAddress, receiveBuffer: Int, wanted: Int)
    /// - count: refused for this reason since it was last told.
    case refused(DatagramRefusal, from: MemberAddress, count: Int)
    /// The system would not send; its code.
    case unsendable(code: CInt, reason: String, to: MemberAddress, count: Int)
    /// The socket's family cannot reach that address.
    case otherFamily(MemberAddress, count: Int)
    case sendBufferFull(count: Int)
    /// The core took so long over one input.
    case slowStep(String, Duration)
    case keysChanged(ids: [UInt8], sending: UInt8)
    /// The new sending key could not be set up; the old one stays.
    case keysRefused(String)
    /// The system closed the socket; it is bound again.
    case socketLost(String)

    package var description: String {
        switch self {
        case .listening(let address, let advertised, let given, let wanted):
            "listening on \(address), advertised as \(advertised), receive buffer \(given) of \(wanted) bytes"
                + (given < wanted ? " (raise net.core.rmem_max)" : "")
        case .refused(let refusal, let source, let count):
            "refused a datagram from \(source): \(refusal), \(count) since last told"
        case .unsendable(_, let reason, let receiver, let count):
            "cannot send to \(receiver): \(reason), \(count) times"
        case .otherFamily(let receiver, let count): "cannot send to \(receiver) with this socket, \(count) times"
        case .sendBufferFull(let count): "the kernel's send buffer was full, \(count) datagrams lost"
        case .slowStep(let step, let duration): "\(step) took \(duration)"
        case .keysChanged(let ids, let sending): "opening with keys \(ids), sending with \(sending)"
        case .keysRefused(let reason): "keys not changed: \(reason)"
        case .socketLost(let reason): "the socket was lost: \(reason)"
        }
    }
}
