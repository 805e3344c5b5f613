internal import GRPCLite
internal import Logging
internal import NIOCore
internal import SidecarAPI
internal import Synchronization
internal import Transport

/// Keeps a lease on the LSN at which a static compute reads, at every pageserver of every shard.
final class LeaseKeeper: Sendable {
    private struct Contents {
        var link: PageserverLink
        var state = LeaseLedger.State.pending
    }

    /// For one pageserver, dial and login included.
    static let askLimit: Duration = .seconds(10)

    private let lsn: LSN
    private let contents: Mutex<Contents>
    private let moved = Signal()
    private let log: Logger
    /// The time of day, microseconds since 1970.
    private let timeOfDay: @Sendable () -> Int64
    private let clockInterval: Duration
    /// When it began, by the clock that can be set and by the one that cannot.
    private let clock: LeaseClock
    private let began = ContinuousClock.now
    /// Told of every change of the state, in order.
    private let changed: @Sendable (LeaseLedger.State) -> Void

    /// - Parameter clockInterval: how often to look whether the time of day was set.
    init(
        lsn: LSN, link: PageserverLink, log: Logger, timeOfDay: @escaping @Sendable () -> Int64 = UnixClock.micros,
        clockInterval: Duration = .seconds(5), changed: @escaping @Sendable (LeaseLedger.State) -> Void
    ) {
        self.timeOfDay = timeOfDay
        self.clockInterval = clockInterval
        clock = LeaseClock(beganUnixMillis: timeOfDay() / 1000)
        self.lsn = lsn
        contents = Mutex(Contents(link: link))
        self.log = log
        self.changed = changed
    }

    var state: LeaseLedger.State { contents.withLock { $0.state } }

    /// The pageservers are others now: they are asked at once.
    func move(to link: PageserverLink) {
        contents.withLock { $0.link = link }
        moved.fire()
    }

    /// Until cancelled. Letting go is the pageservers' own affair: a lease ends by itself.
    func run() async {
        var ledger = LeaseLedger()
        var jump = ClockJump()
        _ = jump.looked(atUnixMicros: timeOfDay(), .now)
        while !Task.isCancelled {
            let next = moved.next
            let link = contents.withLock { $0.link }
            let answer = await askAll(link)
            guard !Task.isCancelled else { return }
            let pause = ledger.answered(answer, at: began.duration(to: .now))
            note(ledger.state, after: answer)
            await rest(for: pause, or: next, &jump)
        }
    }

    /// Shorter when the pageservers are others, or the time of day was set: the pause was reckoned by what it was.
    private func rest(for pause: Duration, or moved: Latch<Bool>, _ jump: inout ClockJump) async {
        let end = ContinuousClock.now + pause
        while !Task.isCancelled, jump.looked(atUnixMicros: timeOfDay(), .now) == 0 {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero, await moved.wait(atMost: min(left, clockInterval)) == nil else { return }
        }
    }

    private func note(_ state: LeaseLedger.State, after answer: LeaseLedger.Answer) {
        let isNew = contents.withLock { contents in
            defer { contents.state = state }
            return contents.state != state
        }
        if isNew {
            log.log(level: state == .held ? .info : .error, "\(state)", metadata: ["lsn": "\(lsn)"])
            changed(state)
        } else if case .failed(let reason) = answer {
            log.warning("lease not renewed", metadata: ["lsn": "\(lsn)", "error": "\(reason)"])
        }
    }

    // MARK: Asking

    /// The worst answer counts, and of leases the shortest.
    private func askAll(_ link: PageserverLink) async -> LeaseLedger.Answer {
        let timeline = link.timeline
        return await withTaskGroup(of: LeaseLedger.Answer.self) { tasks in
            for shard in timeline.pageservers.shards {
                for server in shard.pageservers {
                    tasks.addTask { await self.ask(timeline.ways(to: server), shard.index, link) }
                }
            }
            return await tasks.reduce(nil) { LeaseLedger.worse($0, $1) } ?? .failed("no pageserver is known")
        }
    }

    private func ask(
        _ ways: [PageserverAddress], _ shard: ShardIndex, _ link: PageserverLink
    ) async -> LeaseLedger.Answer {
        var complaint = "its address cannot be read"
        for address in ways {
            do {
                let length = try await Deadline.run(until: .now + Self.askLimit) {
                    try await self.length(of: address, shard, link)
                }
                return length.map { .granted($0) } ?? .refused("\(address)")
            } catch {
                complaint = "\(address): \(error)"
            }
        }
        return .failed(complaint)
    }

    /// - Returns: `nil` when it was refused.
    private func length(of address: PageserverAddress, _ shard: ShardIndex, _ link: PageserverLink) async throws
        -> Duration?
    {
        switch address.wire {
        case .libpq:
            let connection = try await link.connect(to: address)
            do {
                let timeline = link.timeline
                let rows = try await connection.query(
                    "lease lsn \(timeline.tenantShardID(shard)) \(timeline.timelineID) \(lsn)")
                await connection.close()
                return try Self.end(in: rows).map(length)
            } catch {
                await connection.close()
                throw error
            }
        case .grpc:
            do {
                let answer = try await link.call(address) { client in
                    try await client.leaseLsn(
                        PageAPI.LeaseLsnRequest(lsn: lsn.rawValue),
                        options: link.options(for: shard, timeout: Self.askLimit))
                }
                guard let expires = answer.expires else { return nil }
                let (millis, overflow) = expires.seconds.multipliedReportingOverflow(by: 1000)
                guard !overflow else { throw Unreadable(text: "\(expires.seconds)") }
                return length(untilUnixMillis: millis)
            } catch let status as GRPCStatus where status.code == .failedPrecondition {
                return nil
            }
        }
    }

    struct Unreadable: Error, CustomStringConvertible {
        var text: String
        var description: String { "“\(text)” is no time at which a lease ends" }
    }

    /// One row, whose first value is milliseconds since 1970, or NULL.
    static func end(in rows: [[String?]]) throws -> Int64? {
        guard rows.count == 1, let value = rows[0].first else { throw Unreadable(text: "\(rows.count) rows") }
        guard let text = value else { return nil }
        guard let millis = Int64(text), millis >= 0 else { throw Unreadable(text: text) }
        return millis
    }

    private func length(untilUnixMillis end: Int64) -> Duration {
        clock.length(
            untilUnixMillis: end, nowUnixMillis: timeOfDay() / 1000, passed: began.duration(to: ContinuousClock.now))
    }
}

extension LeaseLedger {
    /// Of two pageservers' answers, the one that counts for both.
    package static func worse(_ left: Answer?, _ right: Answer) -> Answer {
        switch (left, right) {
        case (nil, _): right
        case (.granted(let one)?, .granted(let other)): .granted(min(one, other))
        case (.refused(let reason)?, _), (_, .refused(let reason)): .refused(reason)
        case (.failed(let reason)?, _), (_, .failed(let reason)): .failed(reason)
        }
    }
}
