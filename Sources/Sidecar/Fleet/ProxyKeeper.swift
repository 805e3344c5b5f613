internal import ControlPlane
internal import FoundationEssentials
internal import Glibc

/// Keeps one proxy running: a proxy that ends is started again, on the same ports.
actor ProxyKeeper {
    nonisolated let plan: FleetPlan.Proxy
    private static let readyLimit: Duration = .seconds(10)
    private static let firstPause: Duration = .milliseconds(200)
    private static let longestPause: Duration = .seconds(5)
    /// One that ran for this long has its next failure forgiven.
    private static let steadyAfter: Duration = .seconds(10)
    /// Beyond the proxy's own drain deadline.
    private static let stopGrace: Duration = .seconds(3)

    private let launch: ChildProcess.Launch
    private let drainDeadline: Duration
    /// Told the process id after each start that succeeded.
    private let isReady: @Sendable (FleetPlan.Proxy, Int32) async -> Void
    private var child: ChildProcess?
    private var keeping: Task<Void, Never>?
    private var isStopping = false

    init(
        _ plan: FleetPlan.Proxy, launch: ChildProcess.Launch, drainDeadline: Duration,
        isReady: @escaping @Sendable (FleetPlan.Proxy, Int32) async -> Void
    ) {
        self.plan = plan
        self.launch = launch
        self.drainDeadline = drainDeadline
        self.isReady = isReady
    }

    /// Returns when the proxy serves; from then on it is kept.
    ///
    /// - Throws: `CommandFailure` when it does not come up this first time.
    func start() async throws {
        let began = ContinuousClock.now
        guard let first = try await launchOnce() else {
            throw CommandFailure.failed("\(plan.id) does not start: \(lastWords)")
        }
        // Ends in `stop`, which waits for it.
        keeping = Task { await keep(first, since: began) }
    }

    /// Lets it drain; kills it when it takes too long. Returns when it has ended.
    func stop() async {
        isStopping = true
        if let child {
            child.send(SIGTERM)
            _ = await Self.killing(child, after: drainDeadline + Self.stopGrace) { await child.waitForExit() }
        }
        keeping?.cancel()
        await keeping?.value
    }

    /// Ends it now; `stop` is already waiting.
    func hurry() {
        isStopping = true
        child?.killGroup()
    }

    private func keep(_ first: ChildProcess, since began: ContinuousClock.Instant) async {
        var (current, startedAt, pause): (ChildProcess?, ContinuousClock.Instant, Duration)
        (current, startedAt, pause) = (first, began, Self.firstPause)
        while !isStopping {
            if let running = current { _ = await running.waitForExit() }
            if isStopping { return }
            if ContinuousClock.now - startedAt > Self.steadyAfter { pause = Self.firstPause }
            guard (try? await Task.sleep(for: pause)) != nil, !isStopping else { return }
            pause = min(pause * 2, Self.longestPause)
            startedAt = .now
            current = try? await launchOnce()
        }
    }

    /// - Returns: `nil` when it ended, or was ended, before it was ready.
    private func launchOnce() async throws -> ChildProcess? {
        let child = try await ChildProcess.start(launch)
        self.child = child
        if isStopping { child.send(SIGTERM) }
        let announcement = await Self.killing(child, after: Self.readyLimit) { await child.waitForAnnouncement() }
        guard let announcement, announcement.hasPrefix("ready ") else {
            child.killGroup()
            _ = await child.waitForExit()
            return nil
        }
        await isReady(plan, child.processID)
        return child
    }

    /// Waits for `ending`, which a child that is killed brings about, and sees to that when `limit` has passed.
    private static func killing<Result>(
        _ child: ChildProcess, after limit: Duration, unless ending: () async -> Result
    ) async -> Result {
        // Cancelled as soon as the wait is over, so it outlives this function by nothing that matters.
        let watch = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            child.killGroup()
        }
        defer { watch.cancel() }
        return await ending()
    }

    /// The last line of its log.
    private var lastWords: String {
        let text = (try? String(contentsOfFile: launch.logFile, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").last.map(String.init) ?? "it said nothing"
        return "\(line) (\(launch.logFile))"
    }
}
