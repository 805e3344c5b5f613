internal import Synchronization
internal import Transport

/// Bounds cancel requests: so many a second from one place, so many at once from there and from everywhere, and so many on
/// their way to other proxies. A cancel key can only be guessed by trying, each try that looks good may cost another
/// proxy a call, and a compute that does not answer holds a request for as long as it may take.
package final class CancelGate: Sendable {
    package struct Limits: Sendable {
        /// From one /24 of IPv4 or /64 of IPv6, as Neon has it.
        package var perSecond = 600.0
        package var burst = 1_500.0
        /// Requests being served at one time. Each lasts as long as its compute takes, and 10 s at most.
        package var atOnce = 512
        /// Of those, how many from one place.
        package var atOnceFromOnePlace = 64
        /// Of those, how many that other proxies are asked about: the links to them carry wakes too.
        package var atOnceToPeers = 64
        /// Places remembered. Who comes after that many others begins anew.
        package var places = 8_192

        package init() {}
    }

    fileprivate struct Place: Hashable {
        var family: IPAddress.Family
        var network: UInt128

        init?(_ address: IPAddress?) {
            guard let address else { return nil }
            family = address.family
            network = address.number >> (address.family == .v4 ? 8 : 64)
        }
    }

    fileprivate enum Room {
        case client(Place?)
        case forPeer
        case toPeers
    }

    private struct Meter {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    private struct State {
        var atOnce = 0
        var toPeers = 0
        /// As many entries at most as there are requests.
        var byPlace: [Place?: Int] = [:]
        var meters: TimedLRU<Place?, Meter>
    }

    private let limits: Limits
    private let state: Mutex<State>

    package init(limits: Limits) {
        self.limits = limits
        let fullAfter = Duration.seconds(limits.burst / limits.perSecond)
        state = Mutex(State(meters: TimedLRU(CacheLimits(size: limits.places, timeToLive: fullAfter))))
    }

    /// A client's request.
    /// - Returns: `nil` when this place has asked too often, or too many are being served.
    package func enter(from origin: ClientOrigin, now: ContinuousClock.Instant) -> CancelAdmission? {
        let place = Place(origin.address)
        let isAdmitted = state.withLock { state in
            var meter = state.meters.touch(place, now: now) ?? Meter(tokens: limits.burst, filledAt: now)
            let tokens = meter.filledAt.duration(to: now) / .seconds(1) * limits.perSecond + meter.tokens
            meter = Meter(tokens: min(tokens, limits.burst), filledAt: now)
            let held = state.byPlace[place, default: 0]
            let isAdmitted = meter.tokens >= 1 && state.atOnce < limits.atOnce && held < limits.atOnceFromOnePlace
            if isAdmitted {
                meter.tokens -= 1
                state.atOnce += 1
                state.byPlace[place] = held + 1
            }
            state.meters.insert(meter, for: place, now: now)
            return isAdmitted
        }
        return isAdmitted ? CancelAdmission(gate: self, room: .client(place)) : nil
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

    /// A client's request that is about to be passed on; in addition to its place here.
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
            case .client(let place):
                state.atOnce -= 1
                let held = state.byPlace[place, default: 1] - 1
                state.byPlace[place] = held > 0 ? held : nil
            }
        }
    }
}

/// The place of one request that is being served. Given back when this value ends.
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
