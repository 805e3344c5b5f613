package import Gossip
internal import Synchronization

/// The ``AdmissionLedger`` of this process, for all clients at once, and how often each source may come.
package final class AdmissionGate: Sendable {
    package typealias Limits = AdmissionLedger.Limits

    private let ledger: Mutex<AdmissionLedger>
    private let attempts: AttemptLimiter<SourceNetwork>
    private let metrics: EdgeMetrics

    /// - Parameter sourceRate: attempts of one source. `nil`: no limit.
    package init(limits: Limits, sourceRate: AttemptRate? = nil, metrics: EdgeMetrics) {
        ledger = Mutex(AdmissionLedger(limits))
        attempts = AttemptLimiter(sourceRate)
        self.metrics = metrics
    }

    /// A client came.
    ///
    /// - Parameter origin: as the socket has it.
    /// - Throws: when it has to go; then nothing has to be given back.
    package func enter(from origin: ClientOrigin) throws(AdmissionRefusal) -> Admission {
        let source = SourceNetwork(origin.address)
        try judged { ledger throws(AdmissionRefusal) in try ledger.enter(from: source) }
        return Admission(gate: self, source: source)
    }

    fileprivate func came(from source: SourceNetwork, seeming: SourceNetwork) throws(AdmissionRefusal) {
        try judged { ledger throws(AdmissionRefusal) in try ledger.moved(from: seeming, to: source) }
    }

    fileprivate func tried(from source: SourceNetwork) throws(AdmissionRefusal) {
        guard let wait = attempts.take(source) else { return }
        metrics.limitReached(.sourceRate)
        throw .sourceRate(retryAfter: wait)
    }

    fileprivate func named(_ endpoint: EndpointName) throws(AdmissionRefusal) {
        try judged { ledger throws(AdmissionRefusal) in try ledger.named(endpoint) }
    }

    fileprivate func proved(from source: SourceNetwork, at endpoint: EndpointName?) {
        ledger.withLock { $0.proved(from: source, at: endpoint) }
    }

    fileprivate func left(from source: SourceNetwork, at endpoint: EndpointName?, asStranger: Bool) {
        ledger.withLock { $0.left(from: source, at: endpoint, asStranger: asStranger) }
    }

    private func judged(
        _ judge: (inout AdmissionLedger) throws(AdmissionRefusal) -> Void
    ) throws(AdmissionRefusal) {
        let refusal = ledger.withLock { ledger -> AdmissionRefusal? in
            do throws(AdmissionRefusal) { try judge(&ledger) } catch { return error }
            return nil
        }
        guard let refusal else { return }
        metrics.limitReached(EdgeMetrics.Limit(refusal))
        throw refusal
    }
}

/// One client's place. Given back when this value ends.
package struct Admission: ~Copyable {
    private let gate: AdmissionGate
    private var source: SourceNetwork
    private var endpoint: EndpointName?
    private var isStranger = true

    fileprivate init(gate: AdmissionGate, source: SourceNetwork) {
        self.gate = gate
        self.source = source
    }

    /// It is known where the client comes from: from the socket, or by a balancer's word.
    ///
    /// - Throws: when there is no room for one more from there, or when it came too often.
    package mutating func came(from origin: ClientOrigin) throws(AdmissionRefusal) {
        let actual = SourceNetwork(origin.address)
        try gate.came(from: actual, seeming: source)
        source = actual
        try gate.tried(from: actual)
    }

    /// The client has said which endpoint it wants.
    ///
    /// - Throws: when there is no room for one more of that endpoint's.
    package mutating func named(_ endpoint: EndpointName) throws(AdmissionRefusal) {
        guard self.endpoint == nil else { return }
        try gate.named(endpoint)
        self.endpoint = endpoint
    }

    /// The client has proved who it is.
    package mutating func authenticated() {
        guard isStranger else { return }
        isStranger = false
        gate.proved(from: source, at: endpoint)
    }

    deinit {
        gate.left(from: source, at: endpoint, asStranger: isStranger)
    }
}

extension EdgeMetrics.Limit {
    init(_ refusal: AdmissionRefusal) {
        self =
            switch refusal {
            case .strangers: .strangers
            case .sessions: .sessions
            case .sourceShare: .sourceShare
            case .endpointShare: .endpointShare
            case .sourceRate: .sourceRate
            }
    }
}
