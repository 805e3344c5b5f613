internal import GRPCLite
internal import Logging
internal import Synchronization
internal import Telemetry

/// Tells a collector all metrics, again and again: the numbers of ``MetricRegistry/snapshot()``, counted since the start.
final class MetricExporter: Sendable {
    /// Tells the collector; how many data points were not wanted.
    typealias Send = @Sendable ([MetricSnapshot]) async throws(GRPCStatus) -> Int64

    private let registry: MetricRegistry
    private let interval: Duration
    private let failures: Counter
    private let logger: Logger
    private let send: Send
    /// The collector takes no metrics, as collectors of traces alone do not.
    private let isUnwanted = Atomic(false)

    /// - Parameter interval: from one report to the next.
    init(_ registry: MetricRegistry, every interval: Duration, logger: Logger, send: @escaping Send) {
        self.registry = registry
        self.interval = interval
        failures = ExportCounters.metricFailures(registry)
        self.logger = logger
        self.send = send
    }

    /// Goes on until its task is cancelled, or the collector wants none.
    ///
    /// - Parameter refresh: brings metrics up to date that are kept elsewhere.
    func run(refreshing refresh: @Sendable () async -> Void) async {
        // A pause, since reports are of moments. One that is missed is made up for by the next: numbers are totals.
        while (try? await Task.sleep(for: interval)) != nil, !isUnwanted.load(ordering: .relaxed) {
            await report(refresh)
        }
    }

    /// The last numbers.
    func flush(refreshing refresh: @Sendable () async -> Void) async {
        if !isUnwanted.load(ordering: .relaxed) { await report(refresh) }
    }

    private func report(_ refresh: @Sendable () async -> Void) async {
        await refresh()
        do {
            let rejected = try await send(registry.snapshot())
            if rejected > 0 {
                logger.warning("the collector refused data points", metadata: ["refused": "\(rejected)"])
            }
        } catch {
            failures.add(1)
            guard error.code == .unimplemented else {
                return logger.debug("the collector cannot be told metrics", metadata: ["reason": "\(error)"])
            }
            isUnwanted.store(true, ordering: .relaxed)
            logger.notice("the collector takes no metrics; it gets none any more")
        }
    }
}
