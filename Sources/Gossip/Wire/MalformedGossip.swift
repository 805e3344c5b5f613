/// Why a datagram, or a step of a repair, was not understood. Nothing of it was applied.
package enum MalformedGossip: Error, Equatable, Sendable {
    case truncated
    case varintTooLong
    case tooLarge(Int, limit: Int)
    case tooManyParts(limit: Int)
    case unknownPart(UInt8)
    case badText
    case badEndpointName
    case badAddress
    case badPhase(UInt8)
    case badHealth(UInt8)
    case badCard
    case trailingBytes(Int)
    /// The hash inside does not fit the bytes.
    case badCheck
}
