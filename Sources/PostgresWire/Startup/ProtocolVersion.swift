/// The version of the frontend/backend protocol: major in the upper 16 bits, minor in the lower.
package struct ProtocolVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt32

    package init(number: UInt32) {
        self.number = number
    }

    package init(major: UInt16, minor: UInt16) {
        number = UInt32(major) << 16 | UInt32(minor)
    }

    package static let v3_0 = ProtocolVersion(major: 3, minor: 0)
    /// Skipped: there is no such protocol.
    package static let v3_1 = ProtocolVersion(major: 3, minor: 1)
    /// Adds cancel secrets of up to 256 bytes. The newest we speak with clients.
    package static let v3_2 = ProtocolVersion(major: 3, minor: 2)

    package var major: UInt16 { UInt16(number >> 16) }
    package var minor: UInt16 { UInt16(number & 0xFFFF) }
    package var description: String { "\(major).\(minor)" }

    package static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool { left.number < right.number }
}

/// The second word of a first packet, when it is a request and no version.
enum StartupCode {
    static let cancelRequest: UInt32 = 80_877_102
    static let sslRequest: UInt32 = 80_877_103
    static let gssEncryptionRequest: UInt32 = 80_877_104
}
