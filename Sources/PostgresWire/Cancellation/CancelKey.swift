internal import NIOCore

/// Names a session to cancel and proves the right to: a process id and a secret.
///
/// The secret has 4 bytes up to protocol 3.1 and 4 to 256 from 3.2 on. It does not print.
package struct CancelKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let secretLengths = 4...256
    /// What a client of protocol 3.0 or 3.1 can hold.
    package static let shortSecretLength = 4
    /// What we issue from protocol 3.2 on, as PostgreSQL 18 does.
    package static let longSecretLength = 32

    package let processID: Int32
    package let secret: [UInt8]

    /// - Returns: `nil` for a secret that is too short or too long.
    package init?(processID: Int32, secret: [UInt8]) {
        guard Self.secretLengths.contains(secret.count) else { return nil }
        self.processID = processID
        self.secret = secret
    }

    init?(decoding body: ByteBuffer) {
        var rest = body
        guard let processID = rest.readInteger(as: Int32.self) else { return nil }
        self.init(processID: processID, secret: Array(rest.readableBytesView))
    }

    func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(processID)
        buffer.writeBytes(secret)
    }

    package var description: String { "CancelKey(\(processID), <secret>)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["processID": processID]) }
}
