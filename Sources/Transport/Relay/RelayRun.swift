internal import NIOCore
internal import PostgresWire

/// A relay while it runs. Lives on the loop of both streams; each stream's handler holds its leg until the end.
final class RelayRun {
    /// One direction: out of `source`, into `sink`.
    final class Leg {
        let run: RelayRun
        let side: RelayOutcome.Side
        private let source: StreamHandler
        private let sink: StreamHandler
        fileprivate(set) var bytes = 0
        fileprivate(set) var isFinished = false
        private var isPaused = false

        init(_ run: RelayRun, _ side: RelayOutcome.Side, from source: StreamHandler, to sink: StreamHandler) {
            self.run = run
            self.side = side
            self.source = source
            self.sink = sink
        }

        func received(_ buffer: ByteBuffer) {
            bytes += buffer.readableBytes
            run.passed(buffer, from: side)
            sink.context?.write(sink.wrapOutboundOut(buffer), promise: nil)
        }

        func readCompleted() {
            sink.context?.flush()
            // The flush may have ended everything.
            guard !run.isOver, !isFinished else { return }
            run.endIfIdle()
            guard !run.isOver else { return }
            if sink.context?.channel.isWritable == true { source.context?.read() } else { isPaused = true }
        }

        /// The sink takes bytes again.
        func resume() {
            guard isPaused else { return }
            isPaused = false
            source.context?.read()
        }

        /// The source itself takes bytes again: the leg into it may go on.
        func becameWritable() {
            run.opposite(of: self)?.resume()
        }

        func sourceFinished() {
            guard !isFinished, !run.isOver else { return }
            if side == .upstream, run.isEndUnexplained { return run.finish(.failed(.upstream, .endedWithoutAWord)) }
            isFinished = true
            sink.context?.flush()
            // Before the sink's output is closed: with both ends in, that closes its channel, which looks like a failure.
            run.noteFinished(self)
            // It fails only when the sink is broken, and then the sink's own leg says so.
            try? sink.finishWriting()
        }

        func sourceFailed(_ failure: StreamFailure) {
            // What the other side sent until now is already on its way; the rest has nowhere to go.
            run.finish(.failed(side, failure))
        }

        fileprivate func detach() {
            sink.context?.flush()
            source.relay = nil
        }

        /// Delivers what was read before there was a relay, then asks for more.
        fileprivate func begin() {
            let inbox = source.takeInbox()
            if inbox.readableBytes > 0 { received(inbox) }
            if let failure = source.failure { return sourceFailed(failure) }
            if source.hasPeerFinished { sourceFinished() } else { readCompleted() }
        }
    }

    let ticket: WaitTicket
    private(set) var isOver = false
    private let loop: any EventLoop
    private let limits: RelayLimits
    private let control: RelayControl
    private let continuation: CheckedContinuation<RelayOutcome, Never>
    private var fromClient: Leg?
    private var fromUpstream: Leg?
    private var first: RelayOutcome.Side?
    private var drainTimer: Scheduled<Void>?
    private var idleTimer: Scheduled<Void>?
    private var cycle: QueryCycle?
    private var isEndAtIdlePointWanted = false
    private var lastActivity = ContinuousClock.now

    private init(
        _ ticket: WaitTicket, _ limits: RelayLimits, _ cycle: QueryCycle?, _ control: RelayControl,
        on loop: any EventLoop, _ continuation: CheckedContinuation<RelayOutcome, Never>
    ) {
        self.ticket = ticket
        self.loop = loop
        self.limits = limits
        self.cycle = cycle
        self.control = control
        self.continuation = continuation
    }

    /// Begins, or answers `continuation` at once. On the client's loop.
    static func start(
        _ clientStream: ByteStream, _ upstreamStream: ByteStream, _ cycle: QueryCycle?, _ control: RelayControl,
        _ ticket: WaitTicket, _ limits: RelayLimits, _ continuation: CheckedContinuation<RelayOutcome, Never>
    ) {
        func refuse(_ ending: RelayOutcome.Ending) {
            continuation.resume(returning: RelayOutcome(bytesFromClient: 0, bytesToClient: 0, ending: ending))
        }
        guard !ticket.isCancelled else { return refuse(.cancelled) }
        guard clientStream.eventLoop === upstreamStream.eventLoop else { return refuse(.unusable) }
        let client = clientStream.handlerOnLoop
        let upstream = upstreamStream.handlerOnLoop
        guard client.isFree, upstream.isFree, client !== upstream else { return refuse(.unusable) }
        let run = RelayRun(ticket, limits, cycle, control, on: clientStream.eventLoop, continuation)
        run.begin(client, upstream)
    }

    private func begin(_ client: StreamHandler, _ upstream: StreamHandler) {
        let fromClient = Leg(self, .client, from: client, to: upstream)
        let fromUpstream = Leg(self, .upstream, from: upstream, to: client)
        self.fromClient = fromClient
        self.fromUpstream = fromUpstream
        client.relay = fromClient
        upstream.relay = fromUpstream
        let request = control.attach(LoopBoundRun(loop: loop, run: NIOLoopBound(self, eventLoop: loop)))
        fromClient.begin()
        // The first may have ended it all.
        if !isOver { fromUpstream.begin() }
        if let request { heed(request) }
        if let limit = limits.idle { watchSilence(limit) }
    }

    fileprivate func passed(_ bytes: ByteBuffer, from side: RelayOutcome.Side) {
        lastActivity = .now
        switch side {
        case .client: cycle?.clientSent(bytes.readableBytesSpan)
        case .upstream:
            cycle?.serverSent(bytes.readableBytesSpan)
            if cycle?.hasListened == true { control.noteListening() }
        }
    }

    fileprivate var isEndUnexplained: Bool { cycle?.isEndUnexplained == true }

    fileprivate func endIfIdle() {
        if isEndAtIdlePointWanted && cycle?.isIdle == true { finish(.idlePointReached) }
    }

    fileprivate func heed(_ request: RelayControl.Request) {
        switch request {
        case .endNow:
            finish(.cancelled)
        case .endAtIdlePoint:
            isEndAtIdlePointWanted = true
            endIfIdle()
        }
    }

    fileprivate var snapshot: RelayControl.Snapshot? {
        guard !isOver else { return nil }
        return RelayControl.Snapshot(
            bytesFromClient: fromClient?.bytes ?? 0, bytesToClient: fromUpstream?.bytes ?? 0,
            isIdle: cycle?.isIdle == true, lastActivity: lastActivity)
    }

    private func watchSilence(_ limit: Duration) {
        guard !isOver else { return }
        let rest = limit - lastActivity.duration(to: .now)
        guard rest > .zero else { return finish(.idleLimitReached) }
        idleTimer = loop.assumeIsolated().scheduleTask(in: TimeAmount(rest)) { self.watchSilence(limit) }
    }

    fileprivate func opposite(of leg: Leg) -> Leg? {
        leg === fromClient ? fromUpstream : fromClient
    }

    fileprivate func noteFinished(_ leg: Leg) {
        if let first { return finish(.finished(first: first)) }
        first = leg.side
        watchDrain(of: opposite(of: leg), movedBefore: opposite(of: leg)?.bytes ?? 0)
    }

    private func watchDrain(of leg: Leg?, movedBefore: Int) {
        guard let leg, let first else { return }
        drainTimer = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.halfClose)) {
            guard !self.isOver else { return }
            guard leg.bytes > movedBefore else { return self.finish(.drainLimitReached(first: first)) }
            self.watchDrain(of: leg, movedBefore: leg.bytes)
        }
    }

    /// Ends the relay once; whatever was received is on its way to the other side. Both streams are as before.
    func finish(_ ending: RelayOutcome.Ending) {
        guard !isOver else { return }
        isOver = true
        drainTimer?.cancel()
        drainTimer = nil
        idleTimer?.cancel()
        idleTimer = nil
        control.detach()
        let outcome = RelayOutcome(
            bytesFromClient: fromClient?.bytes ?? 0, bytesToClient: fromUpstream?.bytes ?? 0, ending: ending,
            cycle: cycle)
        let legs = [fromClient, fromUpstream]
        fromClient = nil
        fromUpstream = nil
        for leg in legs { leg?.detach() }
        continuation.resume(returning: outcome)
    }
}

extension StreamFailure {
    fileprivate static let endedWithoutAWord = StreamFailure(.closed, "ended without a word")
}

/// From any thread to the relay's loop.
private struct LoopBoundRun: ControlledRelay {
    let loop: any EventLoop
    let run: NIOLoopBound<RelayRun>

    func heed(_ request: RelayControl.Request) {
        loop.execute { run.value.heed(request) }
    }

    func snapshot(_ answer: @escaping @Sendable (RelayControl.Snapshot?) -> Void) {
        loop.execute { answer(run.value.snapshot) }
    }
}
