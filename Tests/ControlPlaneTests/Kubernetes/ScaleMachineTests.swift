import TestKit
import Testing

@testable import ControlPlane

@Suite struct ScaleMachineTests {
    /// What a machine that has seen this does next.
    private func machine(_ scale: EndpointScale, limits: ScaleMachine.Limits = .init()) -> ScaleMachine {
        var machine = ScaleMachine(limits: limits)
        _ = machine.handle(.observed(scale))
        return machine
    }

    private func writes(_ actions: [ScaleMachine.Action]) -> [ScaleChange] {
        actions.compactMap { if case .write(let change) = $0 { change } else { nil } }
    }

    private func answers(_ actions: [ScaleMachine.Action]) -> [Result<ComputeLocation, WakeFailure>] {
        actions.compactMap { if case .answerWakes(let answer) = $0 { answer } else { nil } }
    }

    private func stories(_ actions: [ScaleMachine.Action]) -> [ClusterEvent.Story] {
        actions.compactMap { if case .tell(let story) = $0 { story } else { nil } }
    }

    // MARK: - Waking

    @Test func `a wake raises the generation in one guarded write`() throws {
        var machine = machine(try Sample.scale(generation: 7, version: 12))
        #expect(
            writes(machine.handle(.wakeRequested(seen: 0))) == [
                ScaleChange(.wake(generation: 8), resourceVersion: "12")
            ])
    }

    @Test func `who comes while it is written joins`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        #expect(machine.handle(.wakeRequested(seen: 7)).isEmpty)
        let actions = machine.handle(.written(try Sample.scale(generation: 8, replicas: 1, version: 2)))
        #expect(stories(actions) == [.woken(generation: 8)])
        #expect(writes(actions).isEmpty && writes(machine.handle(.wakeRequested(seen: 0))).isEmpty)
    }

    @Test func `the loser of a race waits for the winner's generation`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        let joined = machine.handle(.read(try Sample.scale(generation: 8, replicas: 1, version: 2)))
        #expect(writes(joined).isEmpty && stories(joined).isEmpty)
        let running = Sample.news(8, .running)
        let seen = machine.handle(.observed(try Sample.scale(generation: 8, replicas: 1, compute: running, version: 3)))
        #expect(answers(seen) == [.success(Sample.location(8))])
    }

    @Test func `a write that may have happened is looked at before it is made again`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        let failed = machine.handle(.writeFailed(ClusterFailure(.unavailable, "cut off")))
        #expect(failed == [.arm(.retry, Pause(afterFailures: 1))])
        // Guarded by the same version: had the first one happened, this one cannot.
        #expect(
            writes(machine.handle(.timerFired(.retry))) == [ScaleChange(.wake(generation: 8), resourceVersion: "1")])
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        #expect(writes(machine.handle(.read(try Sample.scale(generation: 8, replicas: 1, version: 2)))).isEmpty)
    }

    @Test func `the agent's own word answers before it is written`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.agentSaid(Sample.news(8, .running)))
        #expect(answers(actions) == [.success(Sample.location(8))])
        #expect(writes(actions).map(\.kind) == [.tell(Sample.news(8, .running))])
        #expect(!machine.isKept(generation: 8, sequence: 4))
        _ = machine.handle(
            .written(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running), version: 2)))
        #expect(machine.isKept(generation: 8, sequence: 4))
    }

    @Test func `what a compute says again is written once, and is kept when the first of it is`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        #expect(writes(machine.handle(.agentSaid(Sample.news(8, .running)))).count == 1)
        #expect(machine.handle(.agentSaid(Sample.news(8, .running, sequence: 5))).isEmpty)
        #expect(!machine.isKept(generation: 8, sequence: 5))
        let told = try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running), version: 2)
        #expect(writes(machine.handle(.written(told))).isEmpty)
        #expect(machine.isKept(generation: 8, sequence: 5))
        // Also at a control plane that knows it by the object alone.
        var other = self.machine(told)
        #expect(other.handle(.agentSaid(Sample.news(8, .running, sequence: 6))).isEmpty)
        #expect(other.isKept(generation: 8, sequence: 6))
    }

    @Test func `a compute that was started again between two reports of running is written again`() throws {
        let told = try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running))
        var machine = machine(told)
        #expect(writes(machine.handle(.agentSaid(Sample.news(8, .restarting, sequence: 5)))).count == 1)
        _ = machine.handle(.agentSaid(Sample.news(8, .running, sequence: 6)))
        #expect(!machine.isKept(generation: 8, sequence: 6))
        // The first of them did not get there.
        _ = machine.handle(.writeFailed(ClusterFailure(.unavailable, "away")))
        let again = machine.handle(.timerFired(.retry))
        #expect(writes(again).map(\.kind) == [.tell(Sample.news(8, .running, sequence: 6))])
    }

    @Test func `a compute that runs elsewhere is news`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        var moved = Sample.news(8, .running, sequence: 5)
        moved.address = "10.0.0.8:5432"
        #expect(writes(machine.handle(.agentSaid(moved))).map(\.kind) == [.tell(moved)])
    }

    @Test func `a running compute is the answer, also to who could not reach it`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        for seen: UInt64 in [0, 7, 8] {
            #expect(machine.handle(.wakeRequested(seen: seen)) == [.answerWakes(.success(Sample.location(8)))])
        }
    }

    @Test func `numbers go on after what a proxy has seen, unless that is nonsense`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        #expect(writes(machine.handle(.wakeRequested(seen: 20))).map(\.kind) == [.wake(generation: 21)])
        var other = self.machine(try Sample.scale(generation: 8))
        #expect(writes(other.handle(.wakeRequested(seen: .max))).map(\.kind) == [.wake(generation: 9)])
    }

    @Test(arguments: [ComputeNews.Phase.ending, .ended])
    func `a compute that stops is replaced at once, and its sleep is off`(phase: ComputeNews.Phase) throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        // Another write is under way when the wake comes.
        #expect(writes(machine.handle(.agentSaid(Sample.news(8, phase, sequence: 5)))).count == 1)
        _ = machine.handle(.wakeRequested(seen: 8))
        _ = machine.handle(.writeFailed(ClusterFailure(.conflict, "")))
        let actions = machine.handle(.read(try Sample.scale(generation: 8, replicas: 1, version: 2)))
        #expect(writes(actions) == [ScaleChange(.wake(generation: 9), resourceVersion: "2")])
        let after = machine.handle(.written(try Sample.scale(generation: 9, replicas: 1, version: 3)))
        #expect(writes(after).isEmpty && stories(after) == [.woken(generation: 9)])
    }

    @Test func `what the API refuses for good is said, and not asked again soon`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.writeFailed(ClusterFailure(.refused, "403: no")))
        #expect(answers(actions) == [.failure(WakeFailure(.notStored, detail: "403: no"))])
        #expect(stories(actions) == [.wakeFailed(generation: 8, why: "403: no")])
        // Nobody waits any more.
        #expect(writes(machine.handle(.timerFired(.retry))).isEmpty)
    }

    @Test func `who asks too often comes back when it is told to`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.writeFailed(ClusterFailure(.overloaded, "", retryAfter: .seconds(3))))
        guard case .arm(.retry, let pause)? = actions.first, actions.count == 1 else {
            Issue.record("\(actions)"); return
        }
        #expect(pause.atLeast == .seconds(3) && pause.spread > .zero)
    }

    @Test func `nothing is started for nobody`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        _ = machine.handle(.writeFailed(ClusterFailure(.unavailable, "away")))
        _ = machine.handle(.nobodyWaits)
        #expect(machine.handle(.timerFired(.retry)).isEmpty)
    }

    @Test func `an endpoint that is gone is said to be`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.observed(nil))
        guard case .failure(let why)? = answers(actions).first else { Issue.record("\(actions)"); return }
        #expect(why.reason == .startFailed)
    }

    @Test func `an older sight of the object is no news`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, version: 100))
        #expect(machine.handle(.observed(try Sample.scale(generation: 7, version: 99))).isEmpty)
        #expect(machine.scale?.generation == 8)
    }

    // MARK: - Refusals that nobody explains, and versions that go back

    @Test func `a conflict with nobody is tried again after a pause that grows`() throws {
        let object = try Sample.scale(generation: 7, version: 12)
        var machine = machine(object)
        let wake = ScaleChange(.wake(generation: 8), resourceVersion: "12")
        #expect(writes(machine.handle(.wakeRequested(seen: 0))) == [wake])
        for attempt in 1...5 {
            #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, "an admission's"))) == [.read])
            #expect(machine.handle(.read(object)) == [.arm(.retry, Pause(afterFailures: attempt))])
            #expect(writes(machine.handle(.wakeRequested(seen: 0))).isEmpty, "not before the pause is over")
            #expect(machine.handle(.timerFired(.retry)) == [.write(wake)])
        }
        // Somebody else's change is another beginning.
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        let changed = ScaleChange(.wake(generation: 8), resourceVersion: "13")
        #expect(machine.handle(.read(try Sample.scale(generation: 7, version: 13))) == [.write(changed)])
        #expect(
            machine.handle(.writeFailed(ClusterFailure(.unavailable, ""))) == [.arm(.retry, Pause(afterFailures: 1))])
    }

    @Test func `what is read after a conflict counts, however old, as after a restore of the cluster`() throws {
        var machine = machine(try Sample.scale(generation: 7, version: 900))
        _ = machine.handle(.wakeRequested(seen: 0))
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        let restored = try Sample.scale(generation: 6, version: 50)
        let wake = ScaleChange(.wake(generation: 7), resourceVersion: "50")
        #expect(machine.handle(.read(restored)) == [.write(wake)])
        let woken = machine.handle(.written(try Sample.scale(generation: 7, replicas: 1, version: 51)))
        #expect(stories(woken) == [.woken(generation: 7)])
        _ = machine.handle(
            .observed(try Sample.scale(generation: 7, replicas: 1, compute: Sample.news(7, .running), version: 52)))
        #expect(answers(machine.handle(.wakeRequested(seen: 0))) == [.success(Sample.location(7))])
    }

    @Test func `a read that was outrun by a watch is no news`() throws {
        var machine = machine(try Sample.scale(generation: 7, version: 3))
        _ = machine.handle(.wakeRequested(seen: 0))
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        _ = machine.handle(.observed(try Sample.scale(generation: 8, replicas: 1, version: 5)))
        #expect(writes(machine.handle(.read(try Sample.scale(generation: 7, version: 4)))).isEmpty)
        #expect(machine.scale?.generation == 8)
    }

    @Test func `an older object in a list is looked at, for the list may be old or the cluster restored`() throws {
        let (old, newest) = (
            try Sample.scale(generation: 6, version: 50), try Sample.scale(generation: 7, version: 900)
        )
        for now in [old, newest] {
            var machine = self.machine(newest)
            #expect(machine.handle(.listed(old)) == [.read])
            #expect(machine.scale == newest, "as long as nobody knows")
            #expect(machine.handle(.listed(old)).isEmpty, "one look at a time")
            #expect(machine.handle(.read(now)) == [.read], "the first may have been too early")
            #expect(machine.handle(.read(now)).isEmpty)
            #expect(machine.scale == now)
            let newer = try Sample.scale(generation: 8, version: 901)
            #expect(machine.handle(.listed(newer)).isEmpty && machine.scale == newer)
        }
    }

    @Test func `a look that failed is taken again, and so is one that had to wait for a write`() throws {
        let old = try Sample.scale(generation: 6, version: 50)
        var machine = machine(try Sample.scale(generation: 7, version: 900))
        #expect(machine.handle(.listed(old)) == [.read])
        #expect(
            machine.handle(.readFailed(ClusterFailure(.unavailable, ""))) == [.arm(.retry, Pause(afterFailures: 1))])
        #expect(machine.handle(.timerFired(.retry)) == [.read])
        #expect(machine.handle(.read(old)).isEmpty && machine.scale == old)

        machine = self.machine(try Sample.scale(generation: 7, version: 900))
        _ = machine.handle(.wakeRequested(seen: 0))
        #expect(machine.handle(.listed(old)).isEmpty)
        _ = machine.handle(.nobodyWaits)
        #expect(
            machine.handle(.writeFailed(ClusterFailure(.unavailable, ""))) == [.arm(.retry, Pause(afterFailures: 1))])
        #expect(machine.handle(.timerFired(.retry)) == [.read])
    }

    // MARK: - Failing

    @Test func `a start that failed answers those who wait, sleeps, and is backed off from`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        _ = machine.handle(.wakeRequested(seen: 0))
        let actions = machine.handle(.agentSaid(Sample.news(8, .failed, error: "no disk")))
        guard case .failure(let why)? = answers(actions).first else { Issue.record("\(actions)"); return }
        #expect(why.detail == "no disk" && why.retryAfter == .seconds(1) && !why.isLasting)
        #expect(writes(actions).map(\.kind) == [.sleep(why: "no disk", Sample.news(8, .failed, error: "no disk"))])
        let slept = machine.handle(
            .written(
                try Sample.scale(generation: 8, compute: Sample.news(8, .failed, error: "no disk"), version: 2)))
        #expect(stories(slept) == [.wakeFailed(generation: 8, why: "no disk")])
        // Until the timer fires, the failure is the answer.
        let again = machine.handle(.wakeRequested(seen: 8))
        #expect(answers(again) == [.failure(why)] && writes(again).isEmpty)
        _ = machine.handle(.timerFired(.backOff))
        #expect(writes(machine.handle(.wakeRequested(seen: 8))).map(\.kind) == [.wake(generation: 9)])
    }

    @Test func `a failure that another control plane wrote down answers those who wait here`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        _ = machine.handle(.wakeRequested(seen: 0))
        let failed = Sample.news(8, .failed, error: "no disk")
        let actions = machine.handle(.observed(try Sample.scale(generation: 8, compute: failed, version: 2)))
        guard case .failure(let why)? = answers(actions).first else { Issue.record("\(actions)"); return }
        #expect(why.detail == "no disk" && writes(actions).isEmpty)
    }

    @Test func `a failure of long ago holds nobody up`() throws {
        var machine = machine(try Sample.scale(generation: 8, compute: Sample.news(8, .failed, error: "no disk")))
        #expect(writes(machine.handle(.wakeRequested(seen: 0))).map(\.kind) == [.wake(generation: 9)])
    }

    @Test func `the story of a write is told also when the watch is faster than its answer`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        _ = machine.handle(.agentSaid(Sample.news(8, .failed, error: "no disk")))
        let slept = try Sample.scale(generation: 8, compute: Sample.news(8, .failed, error: "no disk"), version: 2)
        #expect(stories(machine.handle(.observed(slept))).isEmpty)
        #expect(stories(machine.handle(.written(slept))) == [.wakeFailed(generation: 8, why: "no disk")])
    }

    @Test func `a database that ran and died is left to its pod, or replaced by who needs it`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        let died = machine.handle(.agentSaid(Sample.news(8, .failed, sequence: 5, error: "signal 9")))
        let told = Sample.news(8, .failed, sequence: 5, error: "signal 9", hasRun: true)
        #expect(writes(died).map(\.kind) == [.tell(told)])
        #expect(died.contains(.arm(.overdue, Pause(atLeast: .seconds(300), spread: .zero))))
        let object = try Sample.scale(generation: 8, replicas: 1, compute: told, version: 2)
        _ = machine.handle(.written(object))
        #expect(writes(machine.handle(.wakeRequested(seen: 8))).map(\.kind) == [.wake(generation: 9)])
        // A control plane that starts now knows it too.
        var fresh = ScaleMachine()
        #expect(writes(fresh.handle(.observed(object))).isEmpty)
        #expect(writes(fresh.handle(.wakeRequested(seen: 8))).map(\.kind) == [.wake(generation: 9)])
    }

    @Test func `what is started again has run, also for a control plane that starts meanwhile`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .restarting)))
        let failed = machine.handle(.agentSaid(Sample.news(8, .failed, sequence: 5, error: "signal 9")))
        #expect(
            writes(failed).map(\.kind) == [
                .tell(Sample.news(8, .failed, sequence: 5, error: "signal 9", hasRun: true))
            ])
    }

    @Test func `a compute that is started again is waited for, at whatever address`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        let restarting = Sample.news(8, .restarting, sequence: 5)
        let actions = machine.handle(.agentSaid(restarting))
        #expect(writes(actions).map(\.kind) == [.tell(restarting)])
        #expect(actions.contains(.arm(.overdue, Pause(atLeast: .seconds(300), spread: .zero))))
        let told = try Sample.scale(generation: 8, replicas: 1, compute: restarting, version: 2)
        _ = machine.handle(.written(told))
        // Not where it was, and not by a start: also not at a control plane that heard of it from another one.
        var other = self.machine(told)
        #expect(machine.handle(.wakeRequested(seen: 8)).isEmpty)
        #expect(answers(other.handle(.wakeRequested(seen: 8))).isEmpty)
        let running = machine.handle(.agentSaid(Sample.news(8, .running, sequence: 6)))
        #expect(answers(running) == [.success(Sample.location(8, 6))])
    }

    @Test(arguments: [nil, ComputeNews.Phase.ending, .ended, .failed])
    func `every start begins so, and only what runs somewhere is told to be there no more`(phase: ComputeNews.Phase?)
        throws
    {
        let known = phase.map { Sample.news(8, $0) }
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: known))
        _ = machine.handle(.writeFailed(ClusterFailure(.conflict, "")))
        _ = machine.handle(.read(try Sample.scale(generation: 8, replicas: 1, compute: known, version: 2)))
        #expect(machine.handle(.agentSaid(Sample.news(8, .restarting, sequence: 5))).isEmpty)
        #expect(machine.isKept(generation: 8, sequence: 5))
    }

    @Test func `a compute that never runs is put to sleep in the end`() throws {
        var machine = machine(try Sample.scale(generation: 7))
        _ = machine.handle(.wakeRequested(seen: 0))
        let woken = machine.handle(.written(try Sample.scale(generation: 8, replicas: 1, version: 2)))
        #expect(woken.contains(.arm(.overdue, Pause(atLeast: .seconds(300), spread: .zero))))
        let late = machine.handle(.timerFired(.overdue))
        #expect(writes(late).map(\.kind) == [.sleep(why: "not running after 300.0 seconds", nil)])
        #expect(answers(late).count == 1 && late.contains(.arm(.backOff, Pause(atLeast: .seconds(1), spread: .zero))))
        let slept = machine.handle(.written(try Sample.scale(generation: 8, version: 3)))
        #expect(stories(slept) == [.wakeFailed(generation: 8, why: "not running after 300.0 seconds")])
    }

    @Test func `what runs is never overdue`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1))
        let actions = machine.handle(.agentSaid(Sample.news(8, .running)))
        #expect(actions.contains(.disarm(.overdue)))
        #expect(machine.handle(.timerFired(.overdue)).isEmpty)
    }

    @Test func `a pod that nobody woke is taken away`() throws {
        var machine = ScaleMachine()
        let actions = machine.handle(.observed(try Sample.scale(generation: 0, replicas: 1)))
        #expect(writes(actions).map(\.kind) == [.sleep(why: "scaled up without a wake", nil)])
    }

    // MARK: - Suspending

    @Test func `a compute that stopped in order sleeps, guarded, and that is told`() throws {
        var machine = machine(
            try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running), version: 3))
        let ending = machine.handle(.agentSaid(Sample.news(8, .ending, sequence: 5)))
        #expect(writes(ending).map(\.kind) == [.tell(Sample.news(8, .ending, sequence: 5))])
        #expect(ending.contains(.arm(.overdue, Pause(atLeast: .seconds(90), spread: .zero))))
        _ = machine.handle(
            .written(
                try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .ending, sequence: 5), version: 4))
        )
        let ended = machine.handle(.agentSaid(Sample.news(8, .ended, sequence: 6)))
        let told = Sample.news(8, .ended, sequence: 6)
        #expect(writes(ended) == [ScaleChange(.sleep(why: "stopped in order", told), resourceVersion: "4")])
        let slept = machine.handle(.written(try Sample.scale(generation: 8, pods: 1, compute: told, version: 5)))
        #expect(stories(slept) == [.suspended(generation: 8, why: "stopped in order")])
        #expect(machine.isKept(generation: 8, sequence: 6))
    }

    @Test func `a stop that hangs is not waited for longer than its limit`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .ending)))
        #expect(
            writes(machine.handle(.timerFired(.overdue))).map(\.kind) == [
                .sleep(why: "had not stopped after 90.0 seconds", nil)
            ])
    }

    @Test func `a wake that another control plane wrote wins over a sleep`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        _ = machine.handle(.agentSaid(Sample.news(8, .ended, sequence: 6)))
        #expect(machine.handle(.writeFailed(ClusterFailure(.conflict, ""))) == [.read])
        let actions = machine.handle(.read(try Sample.scale(generation: 9, replicas: 1, version: 2)))
        #expect(writes(actions).isEmpty && stories(actions).isEmpty)
        #expect(machine.isKept(generation: 8, sequence: 6), "of no interest any more")
    }

    @Test func `an operator's suspend is answered when the pods are gone`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, pods: 1, compute: Sample.news(8, .running)))
        let asked = machine.handle(.suspendAsked)
        #expect(writes(asked).map(\.kind) == [.sleep(why: "asked to", nil)] && !asked.contains(.answerSuspends))
        let written = machine.handle(
            .written(try Sample.scale(generation: 8, pods: 1, compute: Sample.news(8, .running), version: 2)))
        #expect(!written.contains(.answerSuspends))
        let gone = machine.handle(
            .observed(try Sample.scale(generation: 8, pods: 0, compute: Sample.news(8, .running), version: 3)))
        #expect(gone == [.answerSuspends])
        #expect(machine.handle(.suspendAsked) == [.answerSuspends], "asleep already")
    }

    @Test func `a wake beside an operator's suspend gets the next generation`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        _ = machine.handle(.suspendAsked)
        // Not the location of what is about to go.
        #expect(answers(machine.handle(.wakeRequested(seen: 0))).isEmpty)
        let slept = try Sample.scale(generation: 8, pods: 1, compute: Sample.news(8, .running), version: 2)
        let actions = machine.handle(.written(slept))
        #expect(writes(actions) == [ScaleChange(.wake(generation: 9), resourceVersion: "2")])
        let woken = machine.handle(.written(try Sample.scale(generation: 9, replicas: 1, pods: 1, version: 3)))
        #expect(woken.contains(.answerSuspends))
    }

    @Test func `an agent of another generation is not listened to`() throws {
        var machine = machine(try Sample.scale(generation: 8, replicas: 1, compute: Sample.news(8, .running)))
        for generation: UInt64 in [7, 9] {
            #expect(machine.handle(.agentSaid(Sample.news(generation, .ended))).isEmpty)
            #expect(machine.isKept(generation: generation, sequence: 4))
        }
        #expect(machine.handle(.agentSaid(Sample.news(8, .ended, sequence: 3))).isEmpty, "older than what is known")
    }

    // MARK: - All of it

    /// Whatever comes in whatever order: one call at a time, generations only grow, and nothing crashes.
    @Test(arguments: 0..<40) func `one call at a time, and numbers only grow`(seed: UInt64) throws {
        var dice = SeededDice(seed: seed)
        var machine = ScaleMachine()
        var object = (generation: UInt64(0), replicas: 0, version: 1)
        var isBusy = false
        for _ in 0..<400 {
            let scale = try Sample.scale(
                generation: object.generation, replicas: object.replicas, version: object.version)
            let input: ScaleMachine.Input =
                switch Int.random(in: 0..<11, using: &dice) {
                case 0: .observed(scale)
                case 1: .wakeRequested(seen: UInt64.random(in: 0...(object.generation), using: &dice))
                case 2: .nobodyWaits
                case 3:
                    .agentSaid(
                        Sample.news(
                            object.generation,
                            [.running, .restarting, .ending, .ended, .failed].randomElement(using: &dice) ?? .ended,
                            sequence: UInt64.random(in: 1...9, using: &dice)))
                case 4: .suspendAsked
                case 5: .timerFired([.retry, .overdue, .backOff].randomElement(using: &dice) ?? .retry)
                case 6:
                    .writeFailed(
                        ClusterFailure([.conflict, .refused, .unavailable].randomElement(using: &dice) ?? .gone, ""))
                case 7: .readFailed(ClusterFailure(.unavailable, ""))
                case 8: .listed(scale)
                default: .read(scale)
                }
            switch input {
            case .writeFailed, .read, .readFailed: if !isBusy { continue }
            default: break
            }
            if case .writeFailed = input { isBusy = false }
            for action in machine.handle(input) {
                switch action {
                case .write(let change):
                    isBusy = true
                    guard change.resourceVersion == "\(object.version)" else { continue }
                    object.version += 1
                    if case .wake(let generation) = change.kind {
                        #expect(generation == object.generation + 1)
                        (object.generation, object.replicas) = (generation, 1)
                    } else if case .sleep = change.kind {
                        object.replicas = 0
                    }
                case .read: isBusy = true
                case .answerWakes, .answerSuspends, .arm, .disarm, .tell: break
                }
            }
        }
    }
}
