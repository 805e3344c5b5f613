/// What a member says of itself. Only the member changes it, and each change raises `incarnation`.
package struct MemberCard: Equatable, Sendable {
    /// The longest encoded card, in bytes.
    package static let sizeLimit = 512
    package static let nameLimit = 128
    package static let grpcLimit = 255
    package static let keyIDLimit = 16

    package var name: MemberID
    package var process: ProcessID
    /// Milliseconds since 1970 when the process started. Of two processes with one name the later one counts.
    package var epoch: UInt64
    /// Raised by the member alone: to refute, or to say something new of itself (SWIM §4.2).
    package var incarnation: UInt64
    package var address: MemberAddress
    /// `host:port` of the peer service.
    package var grpc: String
    package var isDraining: Bool
    /// Which gossip keys it can open, and which one it seals with.
    package var keyIDs: [UInt8]
    package var sendingKeyID: UInt8
    /// The version of the wake protocol it speaks; 0 for none.
    package var wakeVersion: UInt8

    package init(
        name: MemberID, process: ProcessID, epoch: UInt64, incarnation: UInt64 = 1, address: MemberAddress,
        grpc: String, isDraining: Bool = false, keyIDs: [UInt8] = [], sendingKeyID: UInt8 = 0, wakeVersion: UInt8 = 1
    ) {
        self.name = name
        self.process = process
        self.epoch = epoch
        self.incarnation = incarnation
        self.address = address
        self.grpc = grpc
        self.isDraining = isDraining
        self.keyIDs = keyIDs
        self.sendingKeyID = sendingKeyID
        self.wakeVersion = wakeVersion
    }

    /// Within the limits that an encoded card keeps.
    package var isWithinLimits: Bool {
        (1...Self.nameLimit).contains(name.name.utf8.count) && grpc.utf8.count <= Self.grpcLimit
            && keyIDs.count <= Self.keyIDLimit && address.isDialable
    }

    /// Whether this process came after `other` under the same name or address. Equal clocks are told apart by the
    /// random ids, so that everybody picks the same one.
    func isLater(than other: MemberCard) -> Bool {
        (epoch, process) > (other.epoch, other.process)
    }
}
