internal import Synchronization

/// Which spec is to be applied and which was, and where the next one comes from.
///
/// ``LifecycleDriver`` alone stores one, at the moment the lifecycle accepts the event that brings it, so that a spec that
/// was refused or came too late never replaces one that is being applied.
final class SpecDesk: Sendable {
    /// Specs that stand for themselves are numbered in the order in which they are accepted.
    struct Present: Sendable {
        /// What is to be applied, or is.
        var spec: ComputeSpec?
        /// Its number; more than all others while it is not decided whether it is accepted.
        var number = 0
        /// The number of the newest that was accepted.
        var newest = 0
        /// The number of the one that Postgres goes by. One that Postgres refuses never counts.
        var inForce = 0
    }

    private struct Specs {
        var stored: ComputeSpec?
        var applied: ComputeSpec?
        var newest = 0
        /// The number of the stored one, which may be an older one again.
        var storedNumber = 0
        var isUndecided = false
        var numberInForce = 0
        var refreshFailures = 0
        /// What came beside the stored one.
        var control = ComputeControl()
        /// The one that was looked through for what has no effect.
        var remarked: SpecEnvelope?
    }

    /// Before a control plane that did not answer is asked again for the spec of what may be serving.
    private static let servedPause: Duration = .seconds(5)
    /// How often a compute without a spec asks for one.
    private static let emptyPause: Duration = .seconds(1)
    /// Between fetches of a spec that fail: grows from the first to the second, jittered.
    static let refreshPauses: (shortest: Duration, longest: Duration) = (.milliseconds(500), .seconds(30))

    private let source: SpecSource
    private let mailbox: AgentMailbox
    /// Whose tokens open the HTTP API: their keys come beside the spec.
    let keyring: TokenKeyring
    private let specs = Mutex(Specs())

    private let metrics: AgentMetrics
    private let rest: @Sendable (Duration) async throws -> Void

    /// - Parameter rest: ends when so much time has passed, or with an error when the task is cancelled.
    init(
        source: SpecSource, mailbox: AgentMailbox, keyring: TokenKeyring, metrics: AgentMetrics,
        // Between attempts at a spec: real time, but for tests that tell the order of events instead.
        rest: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.source = source
        self.rest = rest
        self.metrics = metrics
        self.mailbox = mailbox
        self.keyring = keyring
    }

    /// Whether there is anywhere to get a spec from but `/configure`.
    var canFetch: Bool { source.canFetch }

    /// Its spec is `nil` while this compute belongs to no endpoint.
    private func fetch() async throws -> SpecEnvelope {
        let envelope = try await source.fetchEnvelope { [metrics] status in
            metrics.controlPlaneRequest("GetComputeSpec", status: status)
        }
        keyring.take(envelope.control)
        return envelope
    }

    /// What is to be applied, or is.
    var stored: ComputeSpec? { specs.withLock { $0.stored } }
    /// The same beside numbers: what came in between knows by them whether it was overtaken.
    var present: Present {
        specs.withLock { specs in
            Present(
                spec: specs.stored, number: specs.isUndecided ? .max : specs.storedNumber, newest: specs.newest,
                inForce: specs.numberInForce)
        }
    }
    /// What the running Postgres is; `nil` also when a change failed half-way.
    var applied: ComputeSpec? { specs.withLock { $0.applied } }

    /// Of the stored spec. Checked when the spec was read, so this cannot fail here; a failure would only mean that none
    /// is reported.
    var pageservers: PageserverConnectionInfo? { stored.flatMap { try? PageserverResolver.resolve($0) } }

    /// - Returns: what was stored before.
    func exchangeStored(_ spec: ComputeSpec) -> ComputeSpec? {
        specs.withLock { specs in
            defer { (specs.stored, specs.isUndecided) = (spec, true) }
            return specs.stored
        }
    }

    /// Keys count from when their spec is accepted: one that cannot be applied must not hold up their rotation.
    ///
    /// - Returns: what has no effect of a spec that is not the last one again.
    func noteAccepted(_ spec: ComputeSpec, beside control: ComputeControl?) -> SpecRemarks? {
        if let control { keyring.take(control) }
        return specs.withLock { specs in
            specs.isUndecided = false
            if control != nil {
                specs.newest += 1
                specs.storedNumber = specs.newest
            }
            specs.control = control ?? specs.control
            let envelope = SpecEnvelope(spec: spec, control: specs.control)
            guard specs.remarked != envelope else { return nil }
            specs.remarked = envelope
            return SpecRemarks(of: spec, beside: specs.control)
        }
    }

    func restoreStored(_ spec: ComputeSpec?) {
        specs.withLock { ($0.stored, $0.isUndecided) = (spec, false) }
    }

    func noteApplied(_ spec: ComputeSpec) {
        specs.withLock { specs in
            specs.applied = spec
            specs.numberInForce = specs.storedNumber
            specs.refreshFailures = 0
        }
    }

    /// A change failed, perhaps when some of it was done: the next spec is compared with nothing.
    ///
    /// - Parameter inForce: by what Postgres's files go, which is what later changes start from and what proxies are told;
    ///   `nil` where the files are not ours.
    func noteFailed(inForce: ComputeSpec?) {
        specs.withLock { specs in
            specs.applied = nil
            if let inForce, inForce != specs.stored {
                specs.stored = inForce
                specs.storedNumber = specs.numberInForce
            } else {
                specs.numberInForce = specs.storedNumber
            }
        }
    }

    /// - Throws: `SpecFailure` for a spec that would make another compute of this one.
    func refuseOther(_ spec: ComputeSpec) throws(SpecFailure) {
        try stored?.refuseOther(spec)
    }

    // MARK: Fetching

    /// Until there is one, or the source has been found useless.
    ///
    /// - Parameter goesOn: whether to ask again after this failure, since a Postgres may be serving that an earlier agent
    ///   started, or somebody else: a control plane that is away is no reason to call it failed.
    func fetchFirst(goesOn: (any Error) async -> Bool = { _ in false }) async {
        do {
            while !Task.isCancelled && stored == nil && canFetch {
                let envelope: SpecEnvelope
                do {
                    envelope = try await fetch()
                } catch {
                    guard !Task.isCancelled, await goesOn(error) else { throw error }
                    try await rest(Self.servedPause)
                    continue
                }
                // One that was pushed while we asked is newer than our question.
                guard stored == nil else { return }
                if let spec = envelope.spec {
                    _ = await mailbox.ask(.configureRequested, bringing: spec, beside: envelope.control)
                    return
                }
                // The control plane has no spec for us yet, and is asked, not heard. Ends when one was pushed.
                try await rest(Self.emptyPause)
            }
        } catch {
            if !Task.isCancelled { mailbox.send(.specNotObtained("\(error)")) }
        }
    }

    func refresh(after pause: Duration) async {
        // The back-off after a refresh that failed; a cancelled one finds nothing left to do below.
        try? await rest(pause)
        // A configure or a terminate may have come while we rested.
        guard !Task.isCancelled, await mailbox.ask(.refreshBegan)?.isAccepted == true else { return }
        do {
            let envelope = try await fetch()
            guard let spec = envelope.spec else { return mailbox.send(.detached) }
            try refuseOther(spec)
            if applied == spec {
                mailbox.send(.refreshFoundNoChange)
            } else {
                _ = await mailbox.ask(.refreshFoundChange, bringing: spec, beside: envelope.control)
            }
        } catch {
            mailbox.send(.refreshFailed("\(error)"))
        }
    }

    func refreshAgain() async {
        let failures = specs.withLock { specs in
            specs.refreshFailures += 1
            return specs.refreshFailures
        }
        let grown = Self.refreshPauses.shortest * Double(1 << min(failures, 10))
        await refresh(after: min(grown, Self.refreshPauses.longest) * Double.random(in: 0.5...1))
    }
}
