package import Gossip
package import Logging
package import SidecarAPI
package import Telemetry

/// Runs one endpoint: feeds its machine with what happens, and carries out what the machine decides.
package actor EndpointController {
    package nonisolated let name: EndpointName
    private let store: EndpointStore
    private let starter: any ComputeStarter
    private let notices: FleetNotices?
    private let metrics: ControlPlaneMetrics
    private let log: Logger
    /// How long one asker waits; the start goes on without it.
    private let wakeLimit: Duration

    private var record: EndpointRecord
    private var machine: EndpointMachine
    private var history: EndpointHistory
    private var reports = ReportedTransitions()
    private var updatedUnixMicros: Int64

    private var compute: (any RunningCompute)?
    /// A stop that was decided before the process existed.
    private var pendingStop: StopUrgency?
    /// The open streams of agents, to ask them something.
    private var questions = IdleQuestions()
    private var timers: [EndpointTimer: Task<Void, Never>] = [:]
    private var nextWaiter = 0
    private var waitingWakes: [Int: CheckedContinuation<Result<ComputeLocation, WakeFailure>, Never>] = [:]
    private var waitingStops: [Int: CheckedContinuation<Void, Never>] = [:]

    package init(
        _ record: EndpointRecord, store: EndpointStore, starter: any ComputeStarter, limits: EndpointLimits,
        wakeLimit: Duration, notices: FleetNotices? = nil, metrics: ControlPlaneMetrics, log: Logger
    ) throws {
        name = record.name
        self.record = record
        self.store = store
        self.starter = starter
        self.notices = notices
        self.metrics = metrics
        self.log = log
        self.wakeLimit = wakeLimit
        machine = EndpointMachine(generation: record.generation, limits: limits)
        history = try EndpointHistory(path: store.historyPath(record.name))
        updatedUnixMicros = history.entries.last?.atUnixMicros ?? record.createdUnixMicros
    }

    // MARK: - What others ask for

    /// Returns when a compute accepts connections, or with the reason why none does.
    ///
    /// - Parameter key: the asker's idempotency key, for the history.
    package func wake(key: String, seen: UInt64) async -> Result<WokenCompute, WakeFailure> {
        note(event: "wake requested", detail: key.isEmpty ? "" : "key \(key)")
        let wasRunning = location != nil
        let waiter = takeWaiter()
        // This function cancels it when the answer has come.
        let limit = Task { [wakeLimit] in
            guard (try? await Task.sleep(for: wakeLimit)) != nil else { return }
            self.giveUp(waiter)
        }
        let answer = await withCheckedContinuation { continuation in
            waitingWakes[waiter] = continuation
            handle(.wakeRequested(seen: seen), from: waiter)
        }
        limit.cancel()
        return answer.map { WokenCompute(location: $0, wasRunning: wasRunning) }
    }

    /// Returns when the compute's process has ended; at once when there is none.
    package func suspend(_ urgency: StopUrgency) async {
        await stop(.suspendAsked(urgency))
    }

    /// As `suspend`, and nothing is started any more.
    package func close() async {
        await stop(.closeAsked)
    }

    /// As `close`, unless a compute runs or is on its way up or down.
    ///
    /// - Returns: whether it did.
    package func closeUnlessRunning() async -> Bool {
        switch machine.state {
        case .asleep, .backingOff:
            await close()
            return true
        case .starting, .running, .suspending, .stopping: return false
        }
    }

    /// Takes a transition from this endpoint's agent. When it returns, the transition is applied and in the history.
    ///
    /// - Throws: when the history cannot be written; then the transition must not be acknowledged.
    package func report(_ transition: ReportV1.Transition, now: Int64 = WallClock.unixMicros()) throws {
        var taken = reports
        guard let news = taken.take(transition, now: now) else { return }
        if let entry = news.entry { try append(entry) }
        reports = taken
        handle(.agentReported(news.report), from: nil)
    }

    package func attach() -> (link: Int, questions: AsyncStream<ReportV1.Version>) { questions.attach() }

    package func detach(_ link: Int) {
        questions.detach(link)
    }

    /// Replaces the role's verifier; a running compute learns of it at its next start.
    package func setVerifier(_ verifier: Secret<String>) async throws -> EndpointRecord {
        record.verifier = verifier
        try store.save(record)
        note(event: "password changed")
        let changed = record
        await notices?.changed(name)
        return changed
    }

    /// Replaces the rules, and tells the fleet that they are others.
    package func setRules(_ rules: EndpointRules) async throws {
        var changed = record
        changed.rules = rules
        try store.save(changed)
        record = changed
        note(event: "access rules changed")
        await notices?.changed(name)
    }

    package var summary: EndpointSummary {
        let location = location
        return EndpointSummary(
            name: name.text, state: stateWord, generation: machine.generation,
            sequence: reports.lastSequence(of: machine.generation), address: location?.address ?? "",
            computeID: location?.computeID ?? "", updatedUnixMicros: updatedUnixMicros)
    }

    package var historyEntries: [HistoryEntry] { history.entries }
    package var currentRecord: EndpointRecord { record }

    package func note(event: String, detail: String = "") {
        do {
            try append(
                HistoryEntry(
                    atUnixMicros: WallClock.unixMicros(), generation: machine.generation, sequence: lastSequence,
                    event: event, detail: detail))
        } catch {
            // The endpoint itself is in order, so it goes on; what it says about itself is incomplete.
            log.error("the history cannot be written", metadata: ["ep": "\(name)", "error": "\(error)"])
        }
    }

    // MARK: - Carrying out

    /// - Parameter waiter: who gave the input, if anybody waits for it.
    private func handle(_ input: EndpointMachine.Input, from waiter: Int?) {
        let before = machine.state
        let actions = machine.handle(input)
        if before == .starting, machine.state != .starting { countStart() }
        if before != machine.state { updatedUnixMicros = WallClock.unixMicros() }
        for action in actions {
            guard perform(action, for: waiter) else { return }
        }
    }

    /// - Returns: false when the actions after this one must not be done.
    private func perform(_ action: EndpointMachine.Action, for waiter: Int?) -> Bool {
        switch action {
        case .storeGeneration(let generation): return storeGeneration(generation)
        case .startCompute(let generation): start(generation)
        case .stopCompute(_, let urgency): stopCompute(urgency)
        case .askToStop(let generation, let sequence):
            // To every stream: an agent pays no attention to a version that is not its newest.
            questions.ask(generation: generation, sequence: sequence)
        case .answerWake(let answer): answerWake(waiter, answer)
        case .holdWake, .holdStop: break
        case .answerWaitingWakes(let answer):
            for waiter in waitingWakes.keys { answerWake(waiter, answer) }
        case .answerStop: answerStop(waiter)
        case .answerWaitingStops:
            for waiter in waitingStops.keys { answerStop(waiter) }
        case .arm(let timer, let delay, let generation): arm(timer, after: delay, generation)
        case .disarm(let timer): timers.removeValue(forKey: timer)?.cancel()
        case .note(let note): self.note(event: note.words.event, detail: note.words.detail)
        }
        return true
    }

    private func storeGeneration(_ generation: UInt64) -> Bool {
        record.generation = generation
        do {
            try store.save(record)
            return true
        } catch {
            log.error("a generation cannot be stored", metadata: ["ep": "\(name)", "error": "\(error)"])
            handle(.generationNotStored(generation: generation, cause: "\(error)"), from: nil)
            return false
        }
    }

    private func start(_ generation: UInt64) {
        let record = record
        // Not a child of the asker: a start outlives whoever asked for it. It ends with the process that it starts, and
        // `close` waits for that.
        Task { await run(record) }
    }

    private func run(_ record: EndpointRecord) async {
        let cause: String
        do {
            let compute = try await starter.start(record)
            self.compute = compute
            if let urgency = pendingStop { compute.stop(urgency) }
            cause = await compute.waitForExit()
        } catch {
            cause = "could not be started: \(error)"
        }
        log.info(
            "a compute's process is gone",
            metadata: ["ep": "\(name)", "generation": "\(record.generation)", "cause": "\(cause)"])
        compute = nil
        pendingStop = nil
        handle(.computeExited(generation: record.generation, cause: cause), from: nil)
    }

    private func stopCompute(_ urgency: StopUrgency) {
        pendingStop = urgency
        compute?.stop(urgency)
    }

    private func arm(_ timer: EndpointTimer, after delay: Duration, _ generation: UInt64) {
        timers.removeValue(forKey: timer)?.cancel()
        // Held in `timers`, and cancelled from there.
        timers[timer] = Task {
            guard (try? await Task.sleep(for: delay)) != nil, !Task.isCancelled else { return }
            handle(.timerFired(timer, generation: generation), from: nil)
        }
    }

    // MARK: - Those who wait

    private func takeWaiter() -> Int {
        nextWaiter += 1
        return nextWaiter
    }

    private func stop(_ input: EndpointMachine.Input) async {
        let waiter = takeWaiter()
        await withCheckedContinuation { continuation in
            waitingStops[waiter] = continuation
            handle(input, from: waiter)
        }
    }

    private func answerWake(_ waiter: Int?, _ answer: Result<ComputeLocation, WakeFailure>) {
        guard let waiter else { return }
        waitingWakes.removeValue(forKey: waiter)?.resume(returning: answer)
    }

    private func answerStop(_ waiter: Int?) {
        guard let waiter else { return }
        waitingStops.removeValue(forKey: waiter)?.resume()
    }

    private func giveUp(_ waiter: Int) {
        answerWake(waiter, .failure(WakeFailure(.stillStarting, detail: "no answer within \(wakeLimit)")))
    }

    // MARK: - Telling

    private func append(_ entry: HistoryEntry) throws {
        try history.append(entry)
        updatedUnixMicros = entry.atUnixMicros
        log.info(
            "history",
            metadata: [
                "ep": "\(name)", "generation": "\(entry.generation)", "source": "\(entry.source)",
                "event": "\(entry.event)", "detail": "\(entry.detail)",
            ])
    }

    /// Of the last transition that is known of this generation, perhaps to an earlier control plane.
    private var lastSequence: UInt64 {
        let written = history.entries.last { $0.generation == machine.generation }?.sequence ?? 0
        return max(reports.lastSequence(of: machine.generation), written)
    }

    private func countStart() {
        if location != nil { metrics.startsRunning.add() } else { metrics.startsFailed.add() }
    }

    private var location: ComputeLocation? {
        switch machine.state {
        case .running(let location, _), .suspending(let location, _): location
        case .asleep, .starting, .stopping, .backingOff: nil
        }
    }

    private var stateWord: String {
        switch machine.state {
        case .asleep:
            machine.generation == 0 ? "empty" : reports.endedBadly(machine.generation) ? "failed" : "terminated"
        case .starting: reports.lastStateWord(of: machine.generation) ?? "init"
        case .running, .suspending: "running"
        case .stopping(.fast, _): "termination_pending_fast"
        case .stopping: "termination_pending_immediate"
        case .backingOff: "failed"
        }
    }
}
