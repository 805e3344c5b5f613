internal import Gossip
internal import Synchronization
internal import Transport

/// Counts the bytes of one session as they go by, a little behind.
final class TrafficMeter: Sendable {
    private let control: RelayControl
    private let endpoint: EndpointName
    private let metrics: EdgeMetrics
    private let counted = Mutex((fromClient: 0, toClient: 0))

    init(_ control: RelayControl, endpoint: EndpointName, metrics: EdgeMetrics) {
        self.control = control
        // Whichever way in it took, the traffic is the endpoint's.
        self.endpoint = endpoint.unsuffixed
        self.metrics = metrics
    }

    /// - Parameters: since the session was joined. What has been counted already is not counted again; an older look that
    ///   comes late changes nothing.
    func count(bytesFromClient: Int, bytesToClient: Int) {
        let (received, transmitted) = counted.withLock { counted in
            let new = (max(0, bytesFromClient - counted.fromClient), max(0, bytesToClient - counted.toClient))
            counted.fromClient += new.0
            counted.toClient += new.1
            return new
        }
        if received > 0 { metrics.relayed(.received, received, endpoint: endpoint.text) }
        if transmitted > 0 { metrics.relayed(.transmitted, transmitted, endpoint: endpoint.text) }
    }

    /// Nothing, once its relay is over: whoever ran that counts the rest.
    func look() async {
        guard let snapshot = await control.snapshot() else { return }
        count(bytesFromClient: snapshot.bytesFromClient, bytesToClient: snapshot.bytesToClient)
    }
}

/// The meters of all sessions that go on. A session may last for days, and a dashboard is not to learn of its bytes at its
/// end.
final class TrafficMeters: Sendable {
    /// From the end of one round to the next.
    private static let interval: Duration = .seconds(5)

    private let meters = Mutex<[SessionID: TrafficMeter]>([:])

    func enter(_ id: SessionID, _ meter: TrafficMeter) {
        meters.withLock { $0[id] = meter }
    }

    func leave(_ id: SessionID) {
        meters.withLock { _ = $0.removeValue(forKey: id) }
    }

    var count: Int { meters.withLock { $0.count } }

    /// Goes round until its task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { await goRound() }
    }

    func goRound() async {
        let all = meters.withLock { Array($0.values) }
        for meter in all where !Task.isCancelled { await meter.look() }
    }
}
