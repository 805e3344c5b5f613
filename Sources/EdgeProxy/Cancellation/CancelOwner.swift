package import Gossip
internal import NIOCore
internal import TLSEngine

/// The run of a proxy that a cancel key belongs to, in as few bits as a 3.0 key has room for.
///
/// A digest of the member's name and of the random number of its run, which the fleet knows from gossip and a stranger
/// does not. Two members may have the same; then each is asked. A proxy that was restarted is another owner.
package struct CancelOwner: Hashable, Sendable {
    static let bitWidth = 12

    let bits: UInt16

    init(bits: UInt16) {
        self.bits = bits & (1 << Self.bitWidth - 1)
    }

    package init(_ member: MemberID, process: ProcessID?) {
        var name = ByteBuffer(string: "sidecar cancel owner\0")
        name.writeInteger(process?.bits ?? 0)
        name.writeString(member.name)
        let digest = Digests.sha256(Array(name.readableBytesView))
        self.init(bits: UInt16(digest[0]) << 8 | UInt16(digest[1]))
    }
}
