import ComputeAgent
import Testing

@Suite struct ActivityTrackerTests {
    private func sample(
        busy: Int = 0, change: Int64? = nil, senders: Int = 0, ever: Int64 = 0
    ) -> ActivitySample {
        ActivitySample(busySessions: busy, newestStateChangeMicros: change, walSenders: senders, sessionsEver: ever)
    }

    @Test func `a compute nobody has used is idle since it runs, and that is no news`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        #expect(tracker.sampled(sample(), atUnixMicros: 200) == nil)
        #expect(tracker.activity == .idle(sinceMicros: 100))
    }

    @Test func `activity is news when it begins and when it ends`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        #expect(tracker.sampled(sample(busy: 1, change: 190), atUnixMicros: 200) == .active(lastActiveMicros: 200))
        #expect(tracker.sampled(sample(busy: 3, change: 290), atUnixMicros: 300) == nil)
        #expect(
            tracker.sampled(sample(change: 290, senders: 1), atUnixMicros: 310)
                == .active(lastActiveMicros: 310, reason: .walSender))
        #expect(tracker.sampled(sample(busy: 3, change: 320), atUnixMicros: 330) == .active(lastActiveMicros: 330))
        #expect(tracker.sampled(sample(change: 350), atUnixMicros: 400) == .idle(sinceMicros: 350))
        #expect(tracker.sampled(sample(change: 350), atUnixMicros: 500) == nil)
    }

    @Test func `who left between two looks counts until now`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        _ = tracker.sampled(sample(busy: 1, change: 190), atUnixMicros: 200)
        #expect(tracker.sampled(sample(), atUnixMicros: 300) == .idle(sinceMicros: 300))
    }

    @Test func `a visitor between two looks moves the idle time`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        _ = tracker.sampled(sample(ever: 4), atUnixMicros: 200)
        #expect(tracker.sampled(sample(ever: 5), atUnixMicros: 300) == .idle(sinceMicros: 300))
        #expect(tracker.sampled(sample(ever: 5), atUnixMicros: 400) == nil)
    }

    /// Ours are known before they are counted, and counted by Postgres some time later.
    @Test func `our own sessions are no visitors, and hide nobody for long`() {
        func look(ever: Int64, own: Int64) -> ActivitySample {
            var look = sample(ever: ever)
            look.ownSessionsEver = own
            return look
        }
        var tracker = ActivityTracker(runningSinceMicros: 100)
        for (now, (ever, own)) in [(10, 4), (10, 5), (11, 5), (11, 9), (13, 9), (15, 9)].enumerated() {
            #expect(tracker.sampled(look(ever: Int64(ever), own: Int64(own)), atUnixMicros: 200 + Int64(now)) == nil)
        }
        // A visitor beside one of ours that is not counted yet.
        #expect(tracker.sampled(look(ever: 16, own: 10), atUnixMicros: 300) == nil)
        #expect(tracker.sampled(look(ever: 17, own: 10), atUnixMicros: 400) == .idle(sinceMicros: 400))
        // The statistics were set back, by somebody.
        #expect(tracker.sampled(look(ever: 1, own: 10), atUnixMicros: 500) == .idle(sinceMicros: 500))
        #expect(tracker.sampled(look(ever: 2, own: 10), atUnixMicros: 600) == .idle(sinceMicros: 600))
    }

    @Test func `a replica reading along is activity`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        #expect(
            tracker.sampled(sample(senders: 1), atUnixMicros: 200) == .active(lastActiveMicros: 200, reason: .walSender)
        )
    }

    @Test func `a failed look is unknown, and what it hid is taken for activity`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        #expect(tracker.lookFailed() == .unknown)
        #expect(tracker.lookFailed() == nil)
        #expect(tracker.sampled(sample(), atUnixMicros: 900) == .idle(sinceMicros: 900))
    }

    @Test func `time never runs backwards or ahead`() {
        var tracker = ActivityTracker(runningSinceMicros: 100)
        _ = tracker.sampled(sample(busy: 1), atUnixMicros: 500)
        #expect(tracker.sampled(sample(change: 50), atUnixMicros: 600) == .idle(sinceMicros: 500))
        #expect(tracker.sampled(sample(change: 9_000), atUnixMicros: 700) == .idle(sinceMicros: 700))
    }

    /// By an hour, forwards and back, with a session that stays connected: it has been idle for as long as before.
    @Test(arguments: [3_600_000_000, -3_600_000_000]) func `a clock that is set makes nobody idle or busy`(jump: Int64)
    {
        let start: Int64 = 10_000_000_000
        var tracker = ActivityTracker(runningSinceMicros: start)
        _ = tracker.sampled(sample(change: start + 40), atUnixMicros: start + 50)
        #expect(tracker.activity == .idle(sinceMicros: start + 40))
        tracker.clockWasSet(byMicros: jump)
        let now = start + 60 + jump
        #expect(tracker.sampled(sample(change: start + 40), atUnixMicros: now) == .idle(sinceMicros: start + 40 + jump))
        for later in Int64(1)...3 {
            #expect(tracker.sampled(sample(change: start + 40), atUnixMicros: now + later) == nil)
        }
        #expect(tracker.sampled(sample(busy: 1), atUnixMicros: now + 9) == .active(lastActiveMicros: now + 9))
    }

    @Test func `only a clock that was set has jumped`() {
        var clock = ClockJump()
        let start = ContinuousClock.now
        let hour: Int64 = 3_600_000_000
        let looks: [(unix: Int64, seconds: Int, jump: Int64)] = [
            (hour, 0, 0), (hour + 1_000_000, 1, 0),
            // A machine that slept: both have moved. A clock that is kept right runs a little faster or slower.
            (hour * 9 + 1_000_000, 8 * 3600 + 1, 0), (hour * 9 + 2_900_000, 8 * 3600 + 2, 0),
            (hour * 8 + 2_900_000, 8 * 3600 + 2, -hour), (hour * 10 + 3_900_000, 8 * 3600 + 3, 2 * hour),
            (hour * 10 + 4_900_000, 8 * 3600 + 4, 0),
        ]
        for look in looks {
            let jump = clock.looked(atUnixMicros: look.unix, start.advanced(by: .seconds(look.seconds)))
            #expect(jump == look.jump, "\(look)")
        }
    }

    @Test func `a row of another shape is no sample`() {
        let rights = ["t", "t", "t"]
        #expect(ActivitySample(row: ["1", nil, "0", "7", "0", "0", "0", "0"] + rights) == sample(busy: 1, ever: 7))
        #expect(ActivitySample(row: ["1", nil, "0", "7"]) == nil)
        #expect(ActivitySample(row: ["1", nil, "0", "7", "0", "0", "0", nil] + rights) == nil)
        #expect(ActivitySample(row: [nil, nil, "0", "7", "0", "0", "0", "0"] + rights) == nil)
        let blind = ActivitySample(row: ["0", nil, "0", "7", "0", "0", "0", "0", "f", "t", nil])
        #expect(blind?.missingRights == [.sessions, .everything])
    }

    @Test func `each reason keeps a compute awake, and the first of them is named`() {
        var all = sample(busy: 1, senders: 1)
        (all.subscriptionWorkers, all.preparedTransactions) = (1, 1)
        (all.autovacuumWorkers, all.backgroundWorkers) = (1, 1)
        let parts: [WritableKeyPath<ActivitySample, Int>] = [
            \.busySessions, \.walSenders, \.subscriptionWorkers, \.preparedTransactions, \.autovacuumWorkers,
            \.backgroundWorkers,
        ]
        for (part, reason) in zip(parts, ActivityReason.allCases) {
            var tracker = ActivityTracker(runningSinceMicros: 100)
            #expect(tracker.sampled(all, atUnixMicros: 200) == .active(lastActiveMicros: 200, reason: reason))
            all[keyPath: part] = 0
        }
        #expect(all.reason(by: ActivityPolicy()) == nil)
    }

    @Test func `autovacuum counts by policy`() {
        var policy = ActivityPolicy()
        policy.countsAutovacuum = false
        var vacuuming = sample()
        vacuuming.autovacuumWorkers = 3
        var tracker = ActivityTracker(runningSinceMicros: 100, policy: policy)
        #expect(tracker.sampled(vacuuming, atUnixMicros: 200) == nil)
        vacuuming.backgroundWorkers = 1
        #expect(vacuuming.reason(by: policy) == .backgroundWorker)
    }
}
