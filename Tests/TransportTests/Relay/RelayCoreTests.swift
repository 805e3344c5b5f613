import NIOCore
import PostgresWire
import Testing

@testable import Transport

/// Every event in every state of a relay, without a socket.
struct RelayCoreTests {
    private static let start = RelayTime(nanoseconds: 1_000_000_000)
    private static let broken = StreamFailure(.reset, "gone")
    private static let query = ByteBuffer.message("Q")
    private static let goodbye = ByteBuffer.message("X")

    private static let wordless = StreamFailure(.closed, "ended without a word")

    private enum State: CaseIterable, Sendable {
        case flowing, clientBlocked, upstreamBlocked, clientFinished, upstreamFinished, terminated, over
    }

    private enum Event: CaseIterable, Sendable {
        case clientFinished, upstreamFinished, clientFailed, upstreamFailed, endNow, endAtIdlePoint
        case clientDrained, upstreamDrained, drainTick
    }

    private static var limits: RelayLimits {
        var limits = RelayLimits()
        limits.halfClose = .seconds(5)
        return limits
    }

    private static func core(in state: State) -> RelayCore {
        var core = RelayCore(limits: limits, following: QueryCycle(after: .idle), at: start)
        switch state {
        case .flowing: core.received(query.readableBytesSpan, from: .client, at: start)
        case .clientBlocked: core.waits(1, for: .client)
        case .upstreamBlocked: core.waits(1, for: .upstream)
        case .clientFinished: _ = core.finished(.client, at: start)
        case .upstreamFinished:
            core.received(ErrorResponse(.adminShutdown, "").encoded().readableBytesSpan, from: .upstream, at: start)
            _ = core.finished(.upstream, at: start)
        case .terminated: core.received(goodbye.readableBytesSpan, from: .client, at: start)
        case .over: core.asked(.endNow)
        }
        return core
    }

    /// Where the event leads: the ending, and who is read then.
    private struct Row {
        var ending: RelayOutcome.Ending?
        var reads: (client: Bool, upstream: Bool) = (false, false)
    }

    private static func row(_ state: State, _ event: Event) -> Row {
        if state == .over { return Row(ending: .cancelled) }
        switch event {
        case .endNow: return Row(ending: .cancelled)
        case .clientFailed:
            return Row(ending: state == .terminated ? .finished(first: .client) : .failed(.client, broken))
        case .upstreamFailed: return Row(ending: .failed(.upstream, broken))
        case .clientFinished:
            switch state {
            case .upstreamFinished: return Row(ending: .finished(first: .upstream))
            case .clientBlocked: return Row()
            case .flowing, .upstreamBlocked, .clientFinished, .terminated: return Row(reads: (false, true))
            case .over: return Row(ending: .cancelled)
            }
        case .upstreamFinished:
            switch state {
            case .clientFinished: return Row(ending: .finished(first: .client))
            case .upstreamFinished, .terminated: return Row(reads: (true, false))
            case .flowing, .clientBlocked, .upstreamBlocked: return Row(ending: .failed(.upstream, wordless))
            case .over: return Row(ending: .cancelled)
            }
        case .drainTick:
            switch state {
            case .clientFinished: return Row(ending: .drainLimitReached(first: .client))
            case .upstreamFinished: return Row(ending: .drainLimitReached(first: .upstream))
            case .flowing, .clientBlocked, .upstreamBlocked, .terminated, .over: return unchanged(state)
            }
        case .clientDrained: return state == .clientBlocked ? Row(reads: (true, true)) : unchanged(state)
        case .upstreamDrained: return state == .upstreamBlocked ? Row(reads: (true, true)) : unchanged(state)
        case .endAtIdlePoint: return unchanged(state)
        }
    }

    private static func unchanged(_ state: State) -> Row {
        switch state {
        case .flowing, .terminated: Row(reads: (true, true))
        case .clientBlocked, .upstreamFinished: Row(reads: (true, false))
        case .upstreamBlocked, .clientFinished: Row(reads: (false, true))
        case .over: Row(ending: .cancelled)
        }
    }

    @Test(arguments: State.allCases, Event.allCases)
    private func `every event in every state`(state: State, event: Event) {
        var core = Self.core(in: state)
        switch event {
        case .clientFinished: _ = core.finished(.client, at: Self.start)
        case .upstreamFinished: _ = core.finished(.upstream, at: Self.start)
        case .clientFailed: core.failed(.client, Self.broken)
        case .upstreamFailed: core.failed(.upstream, Self.broken)
        case .endNow: core.asked(.endNow)
        case .endAtIdlePoint: core.asked(.endAtIdlePoint)
        case .clientDrained: core.waits(0, for: .client)
        case .upstreamDrained: core.waits(0, for: .upstream)
        case .drainTick: core.ticked(at: Self.start + .seconds(5))
        }
        let row = Self.row(state, event)
        #expect(core.ending == row.ending)
        #expect(core.wantsRead(.client) == row.reads.client)
        #expect(core.wantsRead(.upstream) == row.reads.upstream)
    }

    @Test func `an end is passed on once, and the second ends it all`() {
        var core = Self.core(in: .terminated)
        let sides: [RelayOutcome.Side] = [.upstream, .upstream, .client, .client]
        let passedOn = sides.map { core.finished($0, at: Self.start) }
        #expect(passedOn == [true, false, true, false])
        #expect(core.ending == .finished(first: .upstream))
    }

    @Test func `whoever still speaks after the other's end gets more time`() {
        var core = Self.core(in: .clientFinished)
        #expect(core.nextTick == Self.start + .seconds(5))
        core.received(Self.query.readableBytesSpan, from: .upstream, at: Self.start + .seconds(1))
        core.ticked(at: Self.start + .seconds(5))
        #expect(core.ending == nil && core.nextTick == Self.start + .seconds(10))
        core.ticked(at: Self.start + .seconds(10))
        #expect(core.ending == .drainLimitReached(first: .client) && core.nextTick == nil)
    }

    @Test func `silence is counted from the last byte of either side`() {
        var limits = RelayLimits()
        limits.idle = .seconds(10)
        var core = RelayCore(limits: limits, following: nil, at: Self.start)
        core.received(Self.query.readableBytesSpan, from: .upstream, at: Self.start + .seconds(7))
        core.ticked(at: Self.start + .seconds(10))
        #expect(core.ending == nil && core.nextTick == Self.start + .seconds(17))
        core.ticked(at: Self.start + .seconds(17))
        #expect(core.ending == .idleLimitReached)
    }

    @Test func `an idle point counts only when it was asked for, is there, and is confirmed`() {
        var core = RelayCore(limits: Self.limits, following: QueryCycle(after: .idle), at: Self.start)
        core.idlePointConfirmed()
        #expect(core.ending == nil && core.isIdlePointReached == false)
        core.received(Self.query.readableBytesSpan, from: .client, at: Self.start)
        core.asked(.endAtIdlePoint)
        core.idlePointConfirmed()
        #expect(core.ending == nil && core.isIdlePointReached == false)
        var ready = ByteBuffer()
        ReadyForQuery(state: .idle).encode(into: &ready)
        core.received(ready.readableBytesSpan, from: .upstream, at: Self.start)
        #expect(core.isIdlePointReached == true && core.ending == nil)
        core.idlePointConfirmed()
        #expect(core.ending == .idlePointReached)
    }

    @Test func `a client that always has its next request ready is not waited for`() {
        var core = RelayCore(limits: Self.limits, following: QueryCycle(after: .idle), at: Self.start)
        var ready = ByteBuffer()
        ReadyForQuery(state: .idle).encode(into: &ready)
        core.received(Self.query.readableBytesSpan, from: .client, at: Self.start)
        core.received(ready.readableBytesSpan, from: .upstream, at: Self.start)
        #expect(core.hasJustAnswered == false, "nobody wanted an end")
        core.asked(.endAtIdlePoint)
        #expect(core.hasJustAnswered == false, "who is idle may have something under way")
        core.received(Self.query.readableBytesSpan, from: .client, at: Self.start)
        #expect(core.hasJustAnswered == false)
        core.received(ready.readableBytesSpan, from: .upstream, at: Self.start)
        #expect(core.hasJustAnswered == true)
        core.received(Self.query.readableBytesSpan, from: .client, at: Self.start)
        #expect(core.hasJustAnswered == false)
    }

    @Test func `without messages to follow there is no idle point`() {
        var core = RelayCore(limits: Self.limits, following: nil, at: Self.start)
        core.asked(.endAtIdlePoint)
        #expect(core.isIdlePointReached == false)
    }

    @Test func `a side that makes us answer and does not read is not read either`() {
        var core = Self.core(in: .flowing)
        core.waits(RelayCore.clogLimit, for: .client)
        #expect(core.wantsRead(.client) == true && core.wantsRead(.upstream) == false)
        core.waits(RelayCore.clogLimit + 1, for: .client)
        #expect(core.wantsRead(.client) == false && core.wantsWrite(.client) == true)
    }
}

struct RelayFarewellTests {
    private static let start = RelayTime(nanoseconds: 1_000_000_000)
    private static let late = start + RelayFarewell.limit

    private enum State: CaseIterable, Sendable { case open, leaving, lingering, closed }
    private enum Event: CaseIterable, Sendable {
        case closeAsked, closeAskedBroken, goodbyeSent, goodbyeSentToNobody, little, much, peerGone, early, late,
            abandon
    }

    private static func farewell(in state: State) -> RelayFarewell {
        var farewell = RelayFarewell()
        switch state {
        case .open: break
        case .closed: _ = farewell.abandonAsked()
        case .leaving: _ = farewell.closeAsked(isBroken: false, at: start)
        case .lingering:
            _ = farewell.closeAsked(isBroken: false, at: start)
            _ = farewell.goodbyeSent(isPeerDone: false)
        }
        return farewell
    }

    private static func expected(_ state: State, _ event: Event) -> RelayFarewell.Step {
        switch (state, event) {
        case (.open, .closeAsked): .sayGoodbye
        case (.open, .closeAskedBroken): .close
        case (.leaving, .goodbyeSentToNobody): .close
        case (.lingering, .much): .close
        case (.leaving, .peerGone), (.lingering, .peerGone): .close
        case (.leaving, .late), (.lingering, .late): .close
        case (.open, .abandon), (.leaving, .abandon), (.lingering, .abandon): .close
        default: .wait
        }
    }

    @Test(arguments: State.allCases, Event.allCases)
    private func `every event in every state`(state: State, event: Event) {
        var farewell = Self.farewell(in: state)
        let step =
            switch event {
            case .closeAsked: farewell.closeAsked(isBroken: false, at: Self.start)
            case .closeAskedBroken: farewell.closeAsked(isBroken: true, at: Self.start)
            case .goodbyeSent: farewell.goodbyeSent(isPeerDone: false)
            case .goodbyeSentToNobody: farewell.goodbyeSent(isPeerDone: true)
            case .little: farewell.discarded(1)
            case .much: farewell.discarded(RelayFarewell.lingerByteLimit + 1)
            case .peerGone: farewell.peerGone()
            case .early: farewell.ticked(at: Self.start)
            case .late: farewell.ticked(at: Self.late)
            case .abandon: farewell.abandonAsked()
            }
        #expect(step == Self.expected(state, event))
        #expect(farewell.isClosed == (step == .close || state == .closed))
        #expect(farewell.isClosed ? farewell.nextTick == nil : true)
    }

    @Test func `what trickles in is not waited out for ever`() {
        var farewell = Self.farewell(in: .lingering)
        let steps = [RelayFarewell.lingerByteLimit, 1].map { farewell.discarded($0) }
        #expect(steps == [.wait, .close])
    }
}

struct DueTimesTests {
    @Test func `what is due comes in the order of time`() {
        let start = RelayTime(nanoseconds: 0)
        var times = DueTimes()
        let order: [UInt64] = [5, 3, 9, 1, 1, 7, 0, 8, 2, 6, 4]
        for key in order { times.add(key, at: start + .seconds(Int(key))) }
        #expect(times.earliest == start)
        var taken: [UInt64] = []
        while let key = times.take(at: start + .seconds(6)) { taken.append(key) }
        #expect(taken == [0, 1, 1, 2, 3, 4, 5, 6])
        #expect(times.earliest == start + .seconds(7))
        #expect(times.take(at: start) == nil)
    }

    @Test func `who is not there any more is not waited for`() {
        let start = RelayTime(nanoseconds: 0)
        var times = DueTimes()
        for key in UInt64(0)..<5 { times.add(key, at: start + .seconds(Int(key))) }
        times.forget { $0 == 2 || $0 == 4 }
        #expect(times.earliest == start + .seconds(2))
        times.forget { $0 == 4 }
        #expect(times.earliest == start + .seconds(4))
        times.forget { _ in false }
        #expect(times.earliest == nil)
    }
}

extension RelayTime.Span {
    fileprivate static func seconds(_ count: Int) -> Self { Self(.seconds(count)) }
}
