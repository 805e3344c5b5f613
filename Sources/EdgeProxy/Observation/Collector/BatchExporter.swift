internal import GRPCLite
internal import Logging
internal import Telemetry

/// Takes spans, or log lines, out of their queue and to a collector. Nothing that goes wrong here is a session's.
struct BatchExporter<Element: Sendable>: Sendable {
    /// Tells the collector of a batch; how many of it were not wanted.
    typealias Send = @Sendable ([Element]) async throws(GRPCStatus) -> Int64

    /// From one look at the queue to the next.
    private let interval: Duration = .seconds(1)
    private let longestPause: Duration = .seconds(30)
    /// Elements of one call.
    private let batch = 512

    private enum Outcome { case sent, refused, unavailable }

    let queue: BatchQueue<Element>
    let counters: ExportCounters
    let logger: Logger
    let send: Send

    /// Goes on until its task is cancelled; what is left then is ``flush()``'s.
    func run() async {
        var pause = interval
        // A pause, since what waits for a moment makes fewer calls.
        while (try? await Task.sleep(for: pause)) != nil {
            switch await exportAll() {
            case .sent, .refused: pause = interval
            case .unavailable: pause = min(pause * 2, longestPause)
            }
        }
    }

    /// Sends what there is, until there is no more, or nobody takes it.
    func flush() async {
        _ = await exportAll()
    }

    private func exportAll() async -> Outcome {
        while true {
            counters.dropped.raise(to: queue.dropped)
            let elements = queue.take(upTo: batch)
            guard !elements.isEmpty else { return .sent }
            switch await export(elements) {
            case .sent: counters.exported.add(elements.count)
            case .refused: queue.drop(elements.count)
            case .unavailable:
                queue.putBack(elements)
                counters.dropped.raise(to: queue.dropped)
                return .unavailable
            }
        }
    }

    private func export(_ elements: [Element]) async -> Outcome {
        do {
            let rejected = try await send(elements)
            if rejected > 0 {
                queue.drop(Int(clamping: rejected))
                logger.warning("the collector refused a part", metadata: ["refused": "\(rejected)"])
            }
            return .sent
        } catch {
            counters.failures.add(1)
            logger.debug("the collector cannot be told", metadata: ["reason": "\(error)"])
            return error.isPassing ? .unavailable : .refused
        }
    }
}

extension GRPCStatus {
    /// Whether the same batch may be taken later. OTLP/gRPC, “Failures”.
    var isPassing: Bool {
        switch code {
        case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss, .resourceExhausted: true
        case .ok, .unknown, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .unimplemented, .internalError, .unauthenticated:
            false
        }
    }
}
