package import Gossip
package import Logging
package import SidecarAPI
package import Telemetry

/// One endpoint whose compute is the pod of a StatefulSet: feeds its machine with what this control plane sees and hears,
/// and carries out what the machine decides.
package actor ClusterEndpoint: ServedEndpoint {
    package struct Configuration: Sendable {
        package var limits = ScaleMachine.Limits()
        package var suspendAfter: Duration?
        /// How long one asker waits; the start goes on without it.
        package var wakeLimit: Duration = .seconds(25)
        /// How long an agent or an operator is kept waiting for a write.
        package var answerLimit: Duration = .seconds(40)
        /// `nil`: what proves roles is not copied from computes.
        package var agents: (any AgentRoles)?
        /// Told what changes about the endpoint. `nil`: proxies find out when they ask again.
        package var notices: FleetNotices?
        /// This control plane, as events name it.
        package var instance = "sidecar"

        package init() {}
    }

    package struct NotKept: Error {}

    /// Lines of the history; it lives as long as this process, and events tell the story for longer.
    private static let historyLimit = 200
    /// Before an agent that did not stop when it was asked to is asked again.
    private static let askAgain = Duration.seconds(10)
    /// Conflicts in a row after which a change of rules is given up.
    private static let rulesAttempts = 5

    package nonisolated let name: EndpointName
    private let cluster: any ClusterCalls
    private let metrics: ControlPlaneMetrics
    private let log: Logger
    private let configuration: Configuration
    private let roles: RoleCopier?

    /// The last generation whose start has been counted, however it went.
    private var counted: UInt64 = 0
    private var machine: ScaleMachine
    private var idle: IdleWatch
    private var reports = ReportedTransitions()
    private var history: [HistoryEntry] = []
    /// The last that could be read, for when the API is away.
    private var secrets: EndpointSecrets?
    private var isClosed = false

    private var questions = IdleQuestions()
    private var timers: [ScaleMachine.Timer: Task<Void, Never>] = [:]
    private var idleTimer: Task<Void, Never>?
    private var nextWaiter = 0
    private var waitingWakes: [Int: CheckedContinuation<Result<ComputeLocation, WakeFailure>, Never>] = [:]
    private var waitingSuspends: [Int: CheckedContinuation<Void, Never>] = [:]
    private var waitingReports:
        [Int: (generation: UInt64, sequence: UInt64, continuation: CheckedContinuation<Bool, Never>)] = [:]

    package init(
        _ name: EndpointName, cluster: any ClusterCalls, configuration: Configuration, metrics: ControlPlaneMetrics,
        log: Logger
    ) {
        self.name = name
        self.cluster = cluster
        self.configuration = configuration
        self.metrics = metrics
        self.log = log
        machine = ScaleMachine(limits: configuration.limits)
        idle = IdleWatch(suspendAfter: configuration.suspendAfter, askAgain: Self.askAgain)
        roles = configuration.agents.map {
            RoleCopier(name, cluster: cluster, agents: $0, notices: configuration.notices, log: log)
        }
    }

    // MARK: - What others ask for

    package func wake(key: String, seen: UInt64) async -> Result<WokenCompute, WakeFailure> {
        guard !isClosed else { return .failure(WakeFailure(.closing)) }
        let wasRunning = location != nil
        let waiter = takeWaiter()
        let limit = after(configuration.wakeLimit) { $0.giveUp(waiter) }
        let answer = await withCheckedContinuation { continuation in
            waitingWakes[waiter] = continuation
            handle(.wakeRequested(seen: seen))
        }
        limit.cancel()
        if case .success = answer, let action = idle.used() { perform(action) }
        return answer.map { WokenCompute(location: $0, wasRunning: wasRunning) }
    }

    /// Kubernetes asks the pod to end in order, and kills it after its grace period: there is one way to be suspended.
    package func suspend(_ urgency: StopUrgency) async {
        let waiter = takeWaiter()
        let limit = after(configuration.answerLimit) { $0.waitingSuspends.removeValue(forKey: waiter)?.resume() }
        await withCheckedContinuation { continuation in
            waitingSuspends[waiter] = continuation
            handle(.suspendAsked)
        }
        limit.cancel()
    }

    /// The pod's name is the compute's id, in every generation; what is older than the object's generation is no news, and
    /// nobody can be newer. A pod may well be faster than our watch.
    package func isSpokenFor(by computeID: String, generation: UInt64) async -> Bool {
        guard let scale = machine.scale else { return false }
        if generation > scale.generation, let statefulSet = scale.metadata.name,
            let object = try? await cluster.statefulSet(statefulSet), let newer = try? EndpointScale(object)
        {
            handle(.observed(newer))
        }
        return generation <= machine.scale?.generation ?? 0
    }

    package func report(_ transition: ReportV1.Transition, now: Int64) async throws {
        guard let version = transition.version else { return }
        if let taken = reports.take(transition, now: now) {
            if let entry = taken.entry { note(entry) }
            if version.generation == machine.scale?.generation {
                let idleFor = taken.report.idleFor
                perform(
                    idle.reported(generation: version.generation, sequence: version.sequence, idleFor: idleFor))
            }
            if let news = ComputeNews(transition, taken.report) { handle(.agentSaid(news)) }
            if version.generation == machine.scale?.generation, let statefulSet = machine.scale?.metadata.name {
                await roles?.heard(transition, into: EndpointSecrets.name(of: statefulSet))
            }
        }
        guard await isKept(version) else { throw NotKept() }
    }

    package func attach() -> (link: Int, questions: AsyncStream<ReportV1.Version>) { questions.attach() }

    package func detach(_ link: Int) {
        questions.detach(link)
        // Whichever control plane the agent speaks to now hears the newest again, and asks.
        if questions.isEmpty { idleTimer?.cancel() }
    }

    package func verifier(of role: String) async throws -> Secret<String>? {
        guard let statefulSet = machine.scale?.metadata.name else { return nil }
        do {
            secrets = EndpointSecrets(try await cluster.secret(EndpointSecrets.name(of: statefulSet)))
        } catch {
            if error.reason == .notFound { return nil }
            // Sooner an old answer than none: who is awake can be reached while the API is away.
            guard let secrets else { throw error }
            log.warning(
                "a secret cannot be read; its last contents count", metadata: ["ep": "\(name)", "error": "\(error)"])
            return secrets.verifier(of: role)
        }
        return secrets?.verifier(of: role)
    }

    package var rules: EndpointRules { machine.scale?.rules ?? EndpointRules() }

    package func setRules(_ rules: EndpointRules) async throws {
        guard let scale = machine.scale, let statefulSet = scale.metadata.name else { throw NotKept() }
        var version = scale.resourceVersion
        for attempt in 1...Self.rulesAttempts {
            do {
                let change = ScaleChange(.rules(rules), resourceVersion: version)
                handle(.listed(try EndpointScale(try await cluster.change(statefulSet, by: change))))
                return
            } catch let failure as ClusterFailure where failure.reason == .conflict && attempt < Self.rulesAttempts {
                let found = try EndpointScale(try await cluster.statefulSet(statefulSet))
                version = found.resourceVersion
                handle(.listed(found))
            }
        }
    }

    /// Its spec comes with its pod.
    package func specification(of computeID: String, suspendAfter: Duration?) -> [UInt8]? { nil }

    package var summary: EndpointSummary {
        let location = location
        return EndpointSummary(
            name: name.text, state: stateWord, generation: machine.scale?.generation ?? 0,
            sequence: machine.current?.sequence ?? 0, address: location?.address ?? "",
            computeID: location?.computeID ?? "", updatedUnixMicros: history.last?.atUnixMicros ?? 0)
    }

    package var historyEntries: [HistoryEntry] { history }

    // MARK: - What the directory tells

    package func observe(_ scale: EndpointScale?) { handle(.observed(scale)) }

    /// As a list of all of them shows it.
    package func find(_ scale: EndpointScale) { handle(.listed(scale)) }

    /// Whoever waits is told so, and computes stay as they are: they belong to the cluster.
    package func close() async {
        isClosed = true
        for waiter in waitingWakes.keys { answerWake(waiter, .failure(WakeFailure(.closing))) }
        for waiter in waitingSuspends.keys { waitingSuspends.removeValue(forKey: waiter)?.resume() }
        for waiter in waitingReports.keys {
            waitingReports.removeValue(forKey: waiter)?.continuation.resume(returning: false)
        }
        for timer in timers.values { timer.cancel() }
        idleTimer?.cancel()
        await roles?.close()
    }

    // MARK: - Carrying out

    private func handle(_ input: ScaleMachine.Input) {
        guard !isClosed else { return }
        let (before, rulesBefore) = (machine.current, machine.scale?.rules)
        for action in machine.handle(input) { perform(action) }
        if let rulesBefore, let rules = machine.scale?.rules, rules != rulesBefore { tellOfRules() }
        if machine.current?.generation != before?.generation || machine.current?.phase != before?.phase { count() }
        settleReports()
    }

    private func perform(_ action: ScaleMachine.Action) {
        switch action {
        case .write(let change): call { endpoint in await endpoint.write(change) }
        case .read: call { endpoint in await endpoint.read() }
        case .answerWakes(let answer):
            for waiter in waitingWakes.keys { answerWake(waiter, answer) }
        case .answerSuspends:
            for waiter in waitingSuspends.keys { waitingSuspends.removeValue(forKey: waiter)?.resume() }
        case .arm(let timer, let pause): arm(timer, pause)
        case .disarm(let timer): timers.removeValue(forKey: timer)?.cancel()
        case .tell(let story): tell(story)
        }
    }

    private func perform(_ action: IdleWatch.Action) {
        switch action {
        case .arm(let delay):
            idleTimer?.cancel()
            idleTimer = after(delay) { endpoint in
                for action in endpoint.idle.timerFired() { endpoint.perform(action) }
            }
        case .disarm: idleTimer?.cancel()
        case .askToStop(let generation, let sequence):
            questions.ask(generation: generation, sequence: sequence)
        }
    }

    private func call(_ body: @escaping @Sendable (ClusterEndpoint) async -> Void) {
        // Of no asker: what was decided is done whether or not its asker stays. Bounded by the call's own limit.
        Task { await body(self) }
    }

    private func write(_ change: ScaleChange) async {
        guard let statefulSet = machine.scale?.metadata.name else {
            return handle(.writeFailed(ClusterFailure(.notFound, "its StatefulSet is gone")))
        }
        do {
            handle(.written(try EndpointScale(try await cluster.change(statefulSet, by: change))))
        } catch let failure as ClusterFailure {
            log.info("a write did not happen", metadata: ["ep": "\(name)", "error": "\(failure)"])
            handle(.writeFailed(failure))
        } catch {
            handle(.writeFailed(ClusterFailure(.refused, "\(error)")))
        }
    }

    private func read() async {
        guard let statefulSet = machine.scale?.metadata.name else {
            return handle(.readFailed(ClusterFailure(.notFound, "its StatefulSet is gone")))
        }
        do {
            handle(.read(try EndpointScale(try await cluster.statefulSet(statefulSet))))
        } catch let failure as ClusterFailure {
            handle(.readFailed(failure))
        } catch {
            handle(.readFailed(ClusterFailure(.refused, "\(error)")))
        }
    }

    private func arm(_ timer: ScaleMachine.Timer, _ pause: Pause) {
        timers.removeValue(forKey: timer)?.cancel()
        var dice = SystemRandomNumberGenerator()
        let delay = pause.duration(using: &dice)
        timers[timer] = after(delay) { $0.handle(.timerFired(timer)) }
    }

    /// Whoever gets the task holds it, and cancels it when it is not wanted any more: a timer, or the limit of a wait.
    private func after(
        _ delay: Duration, _ body: @escaping @Sendable (isolated ClusterEndpoint) -> Void
    ) -> Task<Void, Never> {
        Task {
            guard (try? await Task.sleep(for: delay)) != nil, !Task.isCancelled else { return }
            body(self)
        }
    }

    // MARK: - Those who wait

    private func takeWaiter() -> Int {
        nextWaiter += 1
        return nextWaiter
    }

    private func answerWake(_ waiter: Int, _ answer: Result<ComputeLocation, WakeFailure>) {
        waitingWakes.removeValue(forKey: waiter)?.resume(returning: answer)
    }

    private func giveUp(_ waiter: Int) {
        answerWake(waiter, .failure(WakeFailure(.stillStarting, detail: "no answer within \(configuration.wakeLimit)")))
        if waitingWakes.isEmpty { handle(.nobodyWaits) }
    }

    /// - Returns: false when it was not kept in time.
    private func isKept(_ version: ReportV1.Version) async -> Bool {
        if machine.isKept(generation: version.generation, sequence: version.sequence) { return true }
        let waiter = takeWaiter()
        let limit = after(configuration.answerLimit) {
            $0.waitingReports.removeValue(forKey: waiter)?.continuation.resume(returning: false)
        }
        defer { limit.cancel() }
        return await withCheckedContinuation { continuation in
            waitingReports[waiter] = (version.generation, version.sequence, continuation)
        }
    }

    private func settleReports() {
        for (waiter, waiting) in waitingReports
        where machine.isKept(generation: waiting.generation, sequence: waiting.sequence) {
            waitingReports.removeValue(forKey: waiter)?.continuation.resume(returning: true)
        }
    }

    // MARK: - Telling

    /// Whoever changed them: an administrator here, one at another control plane, or one who wrote the annotation.
    private func tellOfRules() {
        guard let notices = configuration.notices else { return }
        call { endpoint in await notices.changed(endpoint.name) }
    }

    private func tell(_ story: ClusterEvent.Story) {
        let (now, generation) = (WallClock.unixMicros(), machine.scale?.generation ?? 0)
        note(HistoryEntry(atUnixMicros: now, generation: generation, event: story.reason, detail: story.message))
        guard let about = machine.scale?.metadata else { return }
        let event = ClusterEvent(
            story, about: about, name: "\(about.name ?? name.text).\(String(UInt64.random(in: 0...(.max)), radix: 16))",
            unixSeconds: now / 1_000_000, instance: configuration.instance)
        call { endpoint in await endpoint.send(event) }
    }

    /// Once: an event is for people, and nothing depends on it.
    private func send(_ event: ClusterEvent) async {
        do {
            try await cluster.tell(event)
        } catch {
            log.warning("an event could not be told", metadata: ["ep": "\(name)", "error": "\(error)"])
        }
    }

    private func note(_ entry: HistoryEntry) {
        history.append(entry)
        if history.count > Self.historyLimit { history.removeFirst(history.count - Self.historyLimit) }
        log.info(
            "history",
            metadata: [
                "ep": "\(name)", "generation": "\(entry.generation)", "source": "\(entry.source)",
                "event": "\(entry.event)", "detail": "\(entry.detail)",
            ])
    }

    /// A generation starts once: what becomes of it later is another story.
    private func count() {
        guard let current = machine.current, current.generation > counted else { return }
        switch current.phase {
        case .running: metrics.startsRunning.add()
        case .failed: metrics.startsFailed.add()
        case .restarting, .ending, .ended: return
        }
        counted = current.generation
    }

    private var location: ComputeLocation? { machine.isAwake ? machine.current?.location : nil }

    private var stateWord: String {
        guard let scale = machine.scale, scale.generation > 0 else { return "empty" }
        switch machine.current?.phase {
        case .failed: return "failed"
        case .running where machine.isAwake: return "running"
        case .ending where machine.isAwake: return "termination_pending_fast"
        case .running, .ending, .ended: return "terminated"
        case nil, .restarting: return machine.isAwake ? "init" : "terminated"
        }
    }
}
