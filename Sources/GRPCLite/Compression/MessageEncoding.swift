/// How the messages of one direction of a call may be compressed. gRPC, “Compression”.
package enum MessageEncoding: String, Sendable, CaseIterable {
    case identity
    case gzip

    /// What we can read, in the form of `grpc-accept-encoding`.
    static let acceptedList = "identity,gzip"

    /// - Parameter header: `grpc-accept-encoding`; peers write it with blanks and without.
    /// - Returns: whether a message compressed so may be sent to who sent this. Without the header: `identity` alone.
    func isAccepted(by header: String?) -> Bool {
        guard self != .identity else { return true }
        return header?.split(separator: ",").contains { $0.filter { $0 != " " && $0 != "\t" } == rawValue } ?? false
    }

    /// Below this compressing costs more than it saves.
    static let smallestCompressed = 1024

    /// - Returns: the message compressed; `nil` when it is better sent as it is.
    func compressed(_ message: [UInt8]) -> [UInt8]? {
        guard self == .gzip, message.count >= Self.smallestCompressed else { return nil }
        guard let compressed = Gzip.shared.compress(message), compressed.count < message.count else { return nil }
        return compressed
    }
}
