internal import NIOCore
internal import PostgresWire

/// One pair of joined connections on its thread: carries out what `RelayCore` decides, and after its ending what the two
/// `RelayFarewell`s do. Gone once both sockets are closed.
final class RelaySession {
    typealias Side = RelayOutcome.Side

    /// A session that fills the buffer gets so many reads before the others have their turn.
    private static let readsAtOnce = 4

    let key: UInt64
    /// The earliest entry among the desk's due times.
    var dueTime: RelayTime?
    private var core: RelayCore
    private let ends: BothSides<RelayEnd>
    private var farewells = BothSides(client: RelayFarewell(), upstream: RelayFarewell())
    private var closers = BothSides(
        client: [CheckedContinuation<Void, Never>](), upstream: [CheckedContinuation<Void, Never>]())
    private let control: RelayControl
    private var hasListened = false
    private var continuation: CheckedContinuation<RelayOutcome, Never>?

    init(_ joining: consuming RelayJoining, key: UInt64, _ buffers: RelayBuffers, at now: RelayTime) {
        self.key = key
        core = RelayCore(limits: joining.limits, following: joining.cycle, at: now)
        ends = joining.ends
        control = joining.control
        continuation = joining.continuation
        for side in Side.both { ends[side].settle(on: buffers, joining.limits.sockets) }
    }

    var isOver: Bool { farewells.client.isClosed && farewells.upstream.isClosed }

    var nextTick: RelayTime? {
        guard core.ending != nil else { return core.nextTick }
        guard let client = farewells.client.nextTick else { return farewells.upstream.nextTick }
        return farewells.upstream.nextTick.map { min($0, client) } ?? client
    }

    // MARK: What happens

    /// Delivers what was read before there was a relay.
    func begin(_ desk: RelayDesk, asked request: RelayControl.Request?) {
        for side in Side.both {
            // Its stream has kept what is left of it.
            if ends[side].number == nil { carryOut(farewells[side].abandonAsked(), side, desk) }
        }
        for side in Side.both where core.ending == nil {
            let inbox = ends[side].takeInbox()
            inbox.withUnsafeReadableBytes { pass($0, from: side, desk) }
            if let failure = ends[side].failure {
                core.failed(side, failure)
            } else if ends[side].hasPeerFinished {
                finished(side, desk)
            }
        }
        if let request { core.asked(request) }
        settle(desk)
    }

    func happened(_ event: EpollSet.Event, to side: Side, _ desk: RelayDesk) {
        let wasSteady = core.isSteady
        if event.isWritable { flush(side) }
        if event.isReadable {
            if farewells[side].isLingering { discard(side, desk) } else { pull(side, desk) }
        }
        // What nearly every message comes to: nothing else follows from it.
        if wasSteady && core.isSteady && !ends.client.hasFailed && !ends.upstream.hasFailed { return }
        settle(desk)
    }

    func asked(_ request: RelayControl.Request, _ desk: RelayDesk) {
        core.asked(request)
        settle(desk)
    }

    func ticked(_ desk: RelayDesk) {
        core.ticked(at: desk.now)
        for side in Side.both { carryOut(farewells[side].ticked(at: desk.now), side, desk) }
        settle(desk)
    }

    /// The caller's last words to one side; the relay must have ended.
    func say(_ bytes: ByteBuffer, to side: Side, _ desk: RelayDesk) {
        guard core.ending != nil, farewells[side].isOpen else { return }
        bytes.withUnsafeReadableBytes { ends[side].write($0, desk.buffers) }
        settle(desk)
    }

    func close(_ side: Side, _ closer: CheckedContinuation<Void, Never>, inOrder: Bool, _ desk: RelayDesk) {
        core.asked(.endNow)
        report()
        closers[side].append(closer)
        if inOrder {
            let isBroken = ends[side].failure?.isOfSocket == true || ends[side].number == nil
            carryOut(farewells[side].closeAsked(isBroken: isBroken, at: desk.now), side, desk)
        } else {
            carryOut(farewells[side].abandonAsked(), side, desk)
        }
        settle(desk)
    }

    func snapshot(_ desk: RelayDesk) -> RelayControl.Snapshot? {
        guard core.ending == nil else { return nil }
        return RelayControl.Snapshot(
            bytesFromClient: core.bytes(from: .client), bytesToClient: core.bytes(from: .upstream),
            isIdle: core.cycle?.isIdle == true,
            lastActivity: .now - .nanoseconds(core.lastActivity.until(desk.now).nanoseconds))
    }

    // MARK: Moving bytes

    /// Reads a side and passes on what came.
    /// - Returns: whether anything came.
    @discardableResult
    private func pull(_ side: Side, _ desk: RelayDesk) -> Bool {
        var hasCome = false
        let source = ends[side]
        for _ in 0..<Self.readsAtOnce where core.wantsRead(side) {
            let arrival = source.read(desk.buffers)
            pass(arrival.plaintext, from: side, desk)
            switch arrival.news {
            case .more: break
            case .nothing: return hasCome
            case .finished: finished(side, desk)
            case .failed(let failure): core.failed(side, failure)
            }
            hasCome = true
            core.waits(source.waitingCount, for: side)
            guard arrival.isFull else { return true }
        }
        return hasCome
    }

    private func pass(_ bytes: UnsafeRawBufferPointer, from side: Side, _ desk: RelayDesk) {
        guard !bytes.isEmpty else { return }
        core.received(bytes.bytes, from: side, at: desk.now)
        if side == .upstream, !hasListened, core.cycle?.hasListened == true {
            hasListened = true
            control.noteListening()
        }
        let sink = ends[side.other]
        sink.write(bytes, desk.buffers)
        core.waits(sink.waitingCount, for: side.other)
    }

    private func finished(_ side: Side, _ desk: RelayDesk) {
        guard core.finished(side, at: desk.now) else { return }
        ends[side.other].finish(desk.buffers)
        core.waits(ends[side.other].waitingCount, for: side.other)
    }

    private func flush(_ side: Side) {
        ends[side].flush()
        core.waits(ends[side].waitingCount, for: side)
    }

    private func discard(_ side: Side, _ desk: RelayDesk) {
        if let count = ends[side].discard(desk.buffers) {
            carryOut(farewells[side].discarded(count), side, desk)
        } else {
            carryOut(farewells[side].peerGone(), side, desk)
        }
    }

    // MARK: What follows from it

    private func settle(_ desk: RelayDesk) {
        if let failure = ends.client.failure { broke(.client, failure, desk) }
        if let failure = ends.upstream.failure { broke(.upstream, failure, desk) }
        // Behind what the kernel still holds of an idle client's there may be the next query.
        while core.isIdlePointReached {
            if !core.hasJustAnswered {
                if pull(.client, desk) { continue }
                if ends.client.holdsUnreadBytes { break }
            }
            core.idlePointConfirmed()
        }
        report()
        settle(.client, desk)
        settle(.upstream, desk)
        desk.settled(self)
    }

    private func settle(_ side: Side, _ desk: RelayDesk) {
        if !farewells[side].isOpen, ends[side].isOutputFinished {
            carryOut(farewells[side].goodbyeSent(isPeerDone: core.isDone(side)), side, desk)
        }
        watch(side, desk)
    }

    private func broke(_ side: Side, _ failure: StreamFailure, _ desk: RelayDesk) {
        core.failed(side, failure)
        core.waits(0, for: side)
        if failure.isOfSocket { carryOut(farewells[side].peerGone(), side, desk) }
    }

    /// Answers whoever waits for the relay's end.
    private func report() {
        guard let ending = core.ending, let continuation else { return }
        self.continuation = nil
        control.detach()
        continuation.resume(
            returning: RelayOutcome(
                bytesFromClient: core.bytes(from: .client), bytesToClient: core.bytes(from: .upstream), ending: ending,
                cycle: core.cycle))
    }

    private func carryOut(_ step: RelayFarewell.Step, _ side: Side, _ desk: RelayDesk) {
        switch step {
        case .wait:
            break
        case .sayGoodbye:
            ends[side].finish(desk.buffers)
            core.waits(ends[side].waitingCount, for: side)
        case .close:
            ends[side].watched = []
            ends[side].close()
            core.waits(0, for: side)
        }
        guard farewells[side].isClosed else { return }
        for closer in closers[side] { closer.resume() }
        closers[side] = []
    }

    private func watch(_ side: Side, _ desk: RelayDesk) {
        let end = ends[side]
        guard let number = end.number else { return }
        var wanted: EpollSet.Interest = []
        if core.wantsRead(side) || farewells[side].isLingering { wanted.insert(.read) }
        if core.wantsWrite(side) { wanted.insert(.write) }
        desk.watch(number, from: end.watched, to: wanted, key, side)
        end.watched = wanted
    }
}
