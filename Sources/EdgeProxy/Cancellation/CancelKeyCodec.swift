internal import PostgresWire
internal import TLSEngine
internal import Telemetry

/// Makes the cancel keys that clients are given. No clock and no dice: both are arguments.
///
/// Of the 31 bits of a positive process id the upper 12 name the owner and the lower 19 the session there. The secret
/// is
/// - up to protocol 3.1, and for a grant too long for a token: a MAC over the process id and the session's serial
///   number, under a key of this run alone. A number that comes again comes with another serial, so a key is good for
///   one session only; and as nobody but the owner can check it, nobody but the owner needs to.
/// - from 3.2 on: a ``CancelToken``, which any proxy can open.
package struct CancelKeyCodec: Sendable {
    /// How long a token is good on its own. After that its owner has to confirm it, who knows while the session lives.
    package static let tokenLifetime: UInt32 = 24 * 3600
    static let numberBitWidth = 31 - CancelOwner.bitWidth
    /// Numbers of sessions: 0 is left out, as no process id is 0.
    package static let numbers = 1..<Int32(1 << numberBitWidth)
    private static let longSecretLength = Digests.sha256Length

    package let owner: CancelOwner
    private let macKey: Secret<[UInt8]>

    /// - Parameter macKey: random, for this run.
    package init(owner: CancelOwner, macKey: [UInt8]) {
        self.owner = owner
        self.macKey = Secret(macKey)
    }

    /// Which session of this proxy, and who is to be told.
    struct Subject {
        var grant: CancelGrant
        /// One of ``numbers``.
        var number: Int32
        /// Never the same twice.
        var serial: UInt64
    }

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - nonce: 12 random bytes.
    func key(
        for subject: Subject, version: ProtocolVersion, keys: CancelTokenKeys, now: UInt32, nonce: [UInt8]
    ) -> CancelKey? {
        let processID = Int32(owner.bits) << Self.numberBitWidth | subject.number
        if version >= .v3_2 {
            let token = CancelToken.seal(
                subject.grant, processID: processID, lastSecond: now.addingReportingOverflow(Self.tokenLifetime).0,
                keys: keys, nonce: nonce)
            if let token { return CancelKey(processID: processID, secret: token) }
        }
        let length = version >= .v3_2 ? Self.longSecretLength : CancelKey.shortSecretLength
        return CancelKey(processID: processID, secret: Array(mac(processID, subject.serial).prefix(length)))
    }

    /// - Returns: `nil` for a process id that no proxy gives.
    static func parts(of key: CancelKey) -> (owner: CancelOwner, number: Int32)? {
        let number = key.processID & (numbers.upperBound - 1)
        guard key.processID > 0, numbers.contains(number) else { return nil }
        return (CancelOwner(bits: UInt16(truncatingIfNeeded: key.processID >> Int32(numberBitWidth))), number)
    }

    private func mac(_ processID: Int32, _ serial: UInt64) -> [UInt8] {
        let message = bigEndianBytes(processID) + bigEndianBytes(serial)
        return Digests.hmacSHA256(key: macKey.reveal(), message)
    }

    private func bigEndianBytes(_ number: some FixedWidthInteger) -> [UInt8] {
        stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
