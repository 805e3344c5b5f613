internal import NIOCore
package import PostgresWire
internal import Synchronization
internal import TLSEngine
package import Transport

/// The cancel keys that this proxy has given to its clients, and what they open.
///
/// The client's key is ours alone: random, unrelated to the compute's, and gone with the session.
package final class CancelRegistry: Sendable {
    /// Whom to tell, and with which key.
    package struct Entry: Sendable {
        package var target: PostgresUpstream.Target
        package var computeKey: CancelKey

        package init(target: PostgresUpstream.Target, computeKey: CancelKey) {
            self.target = target
            self.computeKey = computeKey
        }
    }

    private struct Held {
        var key: CancelKey
        var entry: Entry
    }

    private let held = Mutex<[Int32: Held]>([:])

    package init() {}

    /// - Parameter version: decides how long the secret may be.
    /// - Returns: a key that no other open session of this proxy has.
    package func issue(for entry: Entry, version: ProtocolVersion) -> CancelKey {
        let length = version >= .v3_2 ? CancelKey.longSecretLength : CancelKey.shortSecretLength
        while true {
            let dice = Digests.randomBytes(4 + length)
            // PostgreSQL's process ids are positive, and some clients count on it.
            let processID = Int32(bitPattern: dice[..<4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF)
            guard let key = CancelKey(processID: processID, secret: Array(dice[4...])) else { continue }
            let isFree = held.withLock { held in
                guard held[processID] == nil else { return false }
                held[processID] = Held(key: key, entry: entry)
                return true
            }
            if isFree { return key }
        }
    }

    package func remove(_ key: CancelKey) {
        held.withLock { $0[key.processID] = nil }
    }

    /// - Returns: what the key opens. How long a wrong secret takes does not depend on how wrong it is.
    package func entry(for key: CancelKey) -> Entry? {
        guard let candidate = held.withLock({ $0[key.processID] }) else { return nil }
        return Digests.equalInConstantTime(candidate.key.secret, key.secret) ? candidate.entry : nil
    }

    package var count: Int { held.withLock { $0.count } }
}
