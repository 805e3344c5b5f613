internal import FoundationEssentials
package import PostgresWire
internal import Synchronization
internal import TLSEngine

/// The cancel keys of the sessions that are open here, and what they open.
package final class CancelRegistry: Sendable {
    private struct Held {
        var key: CancelKey
        var grant: CancelGrant
    }

    private struct State {
        var held: [Int32: Held] = [:]
        var serial: UInt64 = 0
    }

    let owner: CancelOwner
    private let codec: CancelKeyCodec
    private let keyring: CancelKeyring
    private let numbers: Range<Int32>
    private let clock: @Sendable () -> UInt32
    private let state = Mutex(State())

    /// - Parameters:
    ///   - numbers: what sessions are numbered with, again and again.
    ///   - clock: seconds since 1970.
    package init(
        owner: CancelOwner, keyring: CancelKeyring, numbers: Range<Int32> = CancelKeyCodec.numbers,
        clock: @escaping @Sendable () -> UInt32 = { UInt32(clamping: Int64(Date().timeIntervalSince1970)) }
    ) {
        self.owner = owner
        codec = CancelKeyCodec(owner: owner, macKey: Digests.randomBytes(Digests.sha256Length))
        self.keyring = keyring
        self.numbers = numbers.clamped(to: CancelKeyCodec.numbers)
        self.clock = clock
    }

    /// - Parameter version: what client and proxy speak: it decides what a key may look like.
    /// - Returns: a key that no other open session of this proxy has; `nil` when there are as many sessions as numbers.
    package func issue(for grant: CancelGrant, version: ProtocolVersion) -> CancelKey? {
        let nonce = Digests.randomBytes(CancelToken.nonceLength)
        let (keys, now) = (keyring.keys, clock())
        return state.withLock { state in
            guard state.held.count < numbers.count else { return nil }
            var number: Int32
            repeat {
                state.serial += 1
                number = numbers.lowerBound + Int32(state.serial % UInt64(numbers.count))
            } while state.held[number] != nil
            let subject = CancelKeyCodec.Subject(grant: grant, number: number, serial: state.serial)
            let key = codec.key(for: subject, version: version, keys: keys, now: now, nonce: nonce)
            if let key { state.held[number] = Held(key: key, grant: grant) }
            return key
        }
    }

    package func remove(_ key: CancelKey) {
        guard let (owner, number) = CancelKeyCodec.parts(of: key), owner == self.owner else { return }
        state.withLock { $0.held[number] = nil }
    }

    /// - Returns: what the key of a session that is open here opens. How long a wrong secret takes does not depend on how
    ///   wrong it is.
    package func grant(for key: CancelKey) -> CancelGrant? {
        guard let (owner, number) = CancelKeyCodec.parts(of: key), owner == self.owner,
            let candidate = state.withLock({ $0.held[number] })
        else { return nil }
        return Digests.equalInConstantTime(candidate.key.secret, key.secret) ? candidate.grant : nil
    }

    /// - Returns: what a token says that a proxy of this fleet has sealed, unless its time is over.
    package func grant(in token: CancelKey) -> CancelGrant? {
        let opened = CancelToken.open(token.secret, processID: token.processID, keys: keyring.keys)
        guard let opened else { return nil }
        return opened.lastSecond >= clock() ? opened.grant : nil
    }

    package var count: Int { state.withLock { $0.held.count } }
}
