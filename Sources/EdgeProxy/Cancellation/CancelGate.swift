internal import Synchronization

/// Bounds cancel requests: so many a second from one source, so many at once from there and from everywhere, and so many
/// on their way to other proxies. A cancel key can only be guessed by trying, each try that looks good may cost another
/// proxy a call, and a compute that does not answer holds a request for as long as it may take.
package final class CancelGate: Sendable {
    package struct Limits: Sendable {
        /// From one source, in Neon's numbers. `nil`: no limit.
        package var rate = AttemptRate(perSecond: 600, burst: 1_500)
        /// Requests being served at one time. Each lasts as long as its compute takes, and 10 s at most.
        package var atOnce = 512
        /// Of those, how many from one source.
        package var atOnceFromOneSource = 64
        /// Of those, how many that other proxies are asked about: the links to them carry wakes too.
        package var atOnceToPeers = 64
        /// Sources remembered. Who comes after that many others begins anew.
        package var sources = 8_192

        package init() {}
    }

    fileprivate enum Room {
        case client(SourceNetwork)
        case forPeer
        case toPeers
    }

    private struct State {
        var atOnce = 0
        var toPeers = 0
        /// As many entries at most as there are requests.
        var bySource: [SourceNetwork: Int] = [:]
        var attempts: AttemptMeter<SourceNetwork>
    }

    private let limits: Limits
    private let state: Mutex<State>

    package init(limits: Limits) {
        self.limits = limits
        state = Mutex(State(attempts: AttemptMeter(keyLimit: limits.sources)))
    }

    /// A client's request.
    /// - Returns: `nil` when this source has asked too often, or too many are being served.
    package func enter(from origin: ClientOrigin, now: ContinuousClock.Instant) -> CancelAdmission? {
        let source = SourceNetwork(origin.address)
        let isAdmitted = state.withLock { state in
            let held = state.bySource[source, default: 0]
            guard state.atOnce < limits.atOnce, held < limits.atOnceFromOneSource else { return false }
            if let rate = limits.rate, state.attempts.take(source, rate, now: now) != nil { return false }
            state.atOnce += 1
            state.bySource[source] = held + 1
            return true
        }
        return isAdmitted ? CancelAdmission(gate: self, room: .client(source)) : nil
    }

    /// A request that another proxy has let in.
    package func enterForPeer() -> CancelAdmission? {
        let isAdmitted = state.withLock { state in
            guard state.atOnce < limits.atOnce else { return false }
            state.atOnce += 1
            return true
        }
        return isAdmitted ? CancelAdmission(gate: self, room: .forPeer) : nil
    }

    /// A client's request that is about to be passed on; in addition to its room here.
    package func enterToPeers() -> CancelAdmission? {
        let isAdmitted = state.withLock { state in
            guard state.toPeers < limits.atOnceToPeers else { return false }
            state.toPeers += 1
            return true
        }
        return isAdmitted ? CancelAdmission(gate: self, room: .toPeers) : nil
    }

    fileprivate func left(_ room: Room) {
        state.withLock { state in
            switch room {
            case .toPeers:
                state.toPeers -= 1
            case .forPeer:
                state.atOnce -= 1
            case .client(let source):
                state.atOnce -= 1
                let held = state.bySource[source, default: 1] - 1
                state.bySource[source] = held > 0 ? held : nil
            }
        }
    }
}

/// The room of one request that is being served. Given back when this value ends.
package struct CancelAdmission: ~Copyable {
    private let gate: CancelGate
    private let room: CancelGate.Room

    fileprivate init(gate: CancelGate, room: CancelGate.Room) {
        self.gate = gate
        self.room = room
    }

    deinit {
        gate.left(room)
    }
}
