/// Why a datagram was thrown away. Nobody is answered, whatever the reason.
package enum DatagramRefusal: Error, Hashable, Sendable {
    case tooLong(Int)
    case tooShort(Int)
    case unknownVersion(UInt8)
    /// Sealed with a key that this member lacks: a rotation that went too fast, or another fleet.
    case unknownKey(UInt8)
    /// My own, come back.
    case ownDatagram
    case replayed
    /// Below the replay window.
    case tooOld
    /// Forged, damaged, of another cluster, or for another receiver.
    case notAuthentic
    /// Sealed by a member whose clock runs ahead of mine by more than the limit; by how many milliseconds.
    case epochAhead(milliseconds: UInt64)

    /// The kinds of refusal: what is counted, and the label of the metric.
    package enum Reason: String, CaseIterable, Sendable {
        case tooLong = "too_long"
        case tooShort = "too_short"
        case unknownVersion = "unknown_version"
        case unknownKey = "unknown_key"
        case ownDatagram = "own_datagram"
        case replayed
        case tooOld = "too_old"
        case notAuthentic = "not_authentic"
        case epochAhead = "epoch_ahead"
    }

    package var reason: Reason {
        switch self {
        case .tooLong: .tooLong
        case .tooShort: .tooShort
        case .unknownVersion: .unknownVersion
        case .unknownKey: .unknownKey
        case .ownDatagram: .ownDatagram
        case .replayed: .replayed
        case .tooOld: .tooOld
        case .notAuthentic: .notAuthentic
        case .epochAhead: .epochAhead
        }
    }
}
