/// Decides which addresses a channel connects to and when, when names are resolved anew, and which connection a call
/// takes. Opens no socket, asks no name server, reads no clock; its dice are an argument.
///
/// With ``PickPolicy/pickFirst`` addresses are tried one after the other, and a lost connection leaves the channel idle
/// until somebody calls. With ``PickPolicy/roundRobin`` all are connected and kept so. A subchannel that fails waits by
/// itself. Each failure and each loss has the name resolved anew, but not more often than the configuration says.
package struct ChannelPlan<Address: Hashable & Sendable> {
    let configuration: Configuration
    private(set) var subchannels: [Subchannel<Address>] = []
    private var nextID = 0
    private var turn = 0
    /// Somebody has called since the channel was idle last.
    private var isWanted = false
    /// All have failed, and none has been ready since.
    private var hasFailed = false
    private var isShutDown = false
    private var isResolving = false
    private var isResolutionArmed = false
    private var resolvedAt: ContinuousClock.Instant?
    private var resolutionFailures = 0
    private var told = ChannelState.idle
    private var actions: [Action] = []

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    package var state: ChannelState {
        if isShutDown { return .shutDown }
        if subchannels.contains(where: { $0.state == .ready }) { return .ready }
        guard isWanted else { return .idle }
        return hasFailed ? .transientFailure : .connecting
    }

    package mutating func handle(
        _ event: Event, at now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) -> [Action] {
        // After its shutdown a channel hears only what was on its way.
        guard !isShutDown else { return [] }
        switch event {
        case .callArrived: callArrived(at: now)
        case .resolved(let addresses): resolved(addresses, at: now)
        case .resolutionFailed: resolutionFailed(at: now, using: &dice)
        case .connected(let id): connected(id)
        case .connectFailed(let id): connectFailed(id, at: now, using: &dice)
        case .lost(let id, let wasUsed): lost(id, wasUsed: wasUsed, at: now, using: &dice)
        case .timerFired(let timer): timerFired(timer, at: now)
        case .shutDown: shutDown()
        }
        if state != told {
            told = state
            actions.append(.stateChanged(state))
        }
        defer { actions = [] }
        return actions
    }

    /// For a call that may wait; the caller turns `fail` into `wait` for one that waits for ready.
    package mutating func pick() -> Pick {
        let ready = subchannels.filter { $0.state == .ready }
        guard !ready.isEmpty else { return [.transientFailure, .shutDown].contains(state) ? .fail : .wait }
        turn &+= 1
        return .use(ready[configuration.policy == .pickFirst ? 0 : turn % ready.count].id)
    }

    // MARK: Connecting

    private mutating func callArrived(at now: ContinuousClock.Instant) {
        guard !isWanted else { return }
        isWanted = true
        if subchannels.isEmpty { resolve(at: now) }
        connect(at: now)
    }

    private mutating func connect(at now: ContinuousClock.Instant) {
        guard isWanted else { return }
        for index in subchannels.indices where subchannels[index].state == .idle {
            if configuration.policy == .pickFirst,
                subchannels.contains(where: { $0.isConnecting || $0.state == .ready })
            {
                return
            }
            let subchannel = subchannels[index]
            subchannels[index].state = .connecting(since: now)
            subchannels[index].attemptedAt = now
            let limit = configuration.backoff.attemptLimit(after: subchannel.failures)
            actions.append(.connect(subchannel.id, subchannel.address, within: limit))
        }
    }

    private mutating func connected(_ id: SubchannelID) {
        guard let index = index(of: id), subchannels[index].isConnecting else { return }
        subchannels[index].state = .ready
        subchannels[index].failures = 0
        hasFailed = false
    }

    private mutating func connectFailed(
        _ id: SubchannelID, at now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id), case .connecting(let since) = subchannels[index].state else { return }
        subchannels[index].failures += 1
        backOff(index, after: subchannels[index].failures, since: since, at: now, using: &dice)
    }

    private mutating func backOff(
        _ index: Int, after failures: Int, since: ContinuousClock.Instant, at now: ContinuousClock.Instant,
        using dice: inout some RandomNumberGenerator
    ) {
        subchannels[index].state = .backingOff
        let delay = configuration.backoff.delay(after: failures, using: &dice)
        actions.append(.arm(.backoff(subchannels[index].id), after: max(.zero, delay - since.duration(to: now))))
        resolve(at: now)
        connect(at: now)
        if subchannels.allSatisfy({ $0.state == .backingOff }) { hasFailed = true }
    }

    private mutating func lost(
        _ id: SubchannelID, wasUsed: Bool, at now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id), subchannels[index].state == .ready else { return }
        // A server that greets and goes away again would otherwise be asked without a pause.
        if !wasUsed, let began = subchannels[index].attemptedAt, began.duration(to: now) < configuration.backoff.initial
        {
            subchannels[index].fruitless += 1
            let excess = subchannels[index].fruitless - configuration.fruitlessLimit
            if excess > 0 { return backOff(index, after: excess, since: began, at: now, using: &dice) }
        } else {
            subchannels[index].fruitless = 0
        }
        subchannels[index].state = .idle
        resolve(at: now)
        if configuration.policy == .pickFirst { isWanted = false }
        connect(at: now)
    }

    private mutating func timerFired(_ timer: Timer, at now: ContinuousClock.Instant) {
        switch timer {
        case .backoff(let id):
            guard let index = index(of: id), subchannels[index].state == .backingOff else { return }
            subchannels[index].state = .idle
            connect(at: now)
        case .resolution:
            isResolutionArmed = false
            resolve(at: now)
        }
    }

    private mutating func shutDown() {
        isShutDown = true
        for subchannel in subchannels { discard(subchannel) }
        subchannels = []
        if isResolutionArmed { actions.append(.disarm(.resolution)) }
    }

    private func index(of id: SubchannelID) -> Int? {
        subchannels.firstIndex { $0.id == id }
    }

    // MARK: Resolving

    private mutating func resolve(at now: ContinuousClock.Instant) {
        guard !isResolving, !isResolutionArmed else { return }
        if let resolvedAt {
            let wait = configuration.resolutionInterval - resolvedAt.duration(to: now)
            if wait > .zero { return armResolution(after: wait) }
        }
        isResolving = true
        resolvedAt = now
        actions.append(.resolve)
    }

    private mutating func armResolution(after delay: Duration) {
        isResolutionArmed = true
        actions.append(.arm(.resolution, after: delay))
    }

    private mutating func resolved(_ addresses: [Address], at now: ContinuousClock.Instant) {
        isResolving = false
        resolutionFailures = 0
        var wanted: [Address] = []
        for address in addresses.prefix(configuration.addressLimit) where !wanted.contains(address) {
            wanted.append(address)
        }
        var left = subchannels
        subchannels = wanted.map { address in
            if let index = left.firstIndex(where: { $0.address == address }) { return left.remove(at: index) }
            nextID += 1
            return Subchannel(id: SubchannelID(rawValue: nextID), address: address)
        }
        let wasReady = left.contains { $0.state == .ready }
        for subchannel in left { discard(subchannel) }
        // A name without addresses is as bad as one whose addresses all fail.
        if subchannels.isEmpty {
            hasFailed = true
            armResolution(after: configuration.backoff.initial)
        } else if configuration.policy == .pickFirst, wasReady {
            isWanted = false
        }
        connect(at: now)
    }

    private mutating func resolutionFailed(
        at now: ContinuousClock.Instant, using dice: inout some RandomNumberGenerator
    ) {
        guard isResolving else { return }
        isResolving = false
        resolvedAt = nil
        resolutionFailures += 1
        if subchannels.isEmpty { hasFailed = true }
        armResolution(after: configuration.backoff.delay(after: resolutionFailures, using: &dice))
    }

    private mutating func discard(_ subchannel: Subchannel<Address>) {
        switch subchannel.state {
        case .idle: break
        case .connecting, .ready: actions.append(.release(subchannel.id))
        case .backingOff: actions.append(.disarm(.backoff(subchannel.id)))
        }
    }
}
