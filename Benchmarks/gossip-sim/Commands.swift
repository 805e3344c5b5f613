internal import FleetSimulation

/// What the program can do. Each prints its figures, last of all the hash of what happened, and says whether all was well.
struct Commands {
    private static let shownFailures = 5

    let arguments: Arguments
    private let clock = ContinuousClock()

    init(_ arguments: Arguments) {
        self.arguments = arguments
    }

    func sweep() -> Bool {
        let nodes = arguments.int("nodes", 5)
        let seeds = arguments.seeds(1...100)
        var (passed, events, failures) = (0, 0, [SeedRun.Result]())
        var slowest: SeedRun.Result?
        var agreement = Distribution()
        var log = LogHash()
        let time = clock.measure {
            for seed in seeds {
                let result = SeedRun(hosts: nodes, seed: seed).run(seed: seed)
                events += result.events
                log.combine(result.lastDraw)
                if let span = result.agreement { agreement.record(span) }
                if (result.agreement ?? .zero) > (slowest?.agreement ?? .zero) { slowest = result }
                if result.violation == nil { passed += 1 } else { failures.append(result) }
            }
        }
        print(
            "\(nodes) nodes, seeds \(seeds.lowerBound)..\(seeds.upperBound): \(passed) passed, \(failures.count) failed"
        )
        print("agreement after the last fault: \(agreement.summary)")
        if let slowest { print("  slowest seed \(slowest.seed), at last \(slowest.lastDifference ?? "nothing")") }
        for failure in failures.prefix(Self.shownFailures) { show(failure) }
        printSpeed(events, in: time)
        print("log \(log)")
        return failures.isEmpty
    }

    private func show(_ failure: SeedRun.Result) {
        print("FAILED seed \(failure.seed) of \(failure.hosts) nodes: \(failure.violation?.description ?? "")")
        print("  replay: \(failure.replayCommand)")
    }

    func replay() -> Bool {
        let (nodes, seed) = (arguments.int("nodes", 5), arguments.seed)
        let run = SeedRun(hosts: nodes, seed: seed).leavingOut(arguments.ints("without"))
        let result = run.run(seed: seed) { print($0) }
        if result.violation != nil { show(result) }
        print(
            "agreement \(result.agreement?.description ?? "none"), \(result.events) events, last draw \(result.lastDraw)"
        )
        print("log \(result.log)")
        return result.violation == nil
    }

    /// Finds the faults that a failure needs.
    func shrink() -> Bool {
        let (nodes, seed) = (arguments.int("nodes", 5), arguments.seed)
        let run = SeedRun(hosts: nodes, seed: seed)
        guard let needless = run.needlessFaults(seed: seed) else {
            print("nothing is wrong with seed \(seed) of \(nodes) nodes")
            return true
        }
        for (number, fault) in run.configuration.schedule.faults.enumerated() where !needless.contains(number) {
            print("needs \(fault)")
        }
        let without = needless.map(String.init).joined(separator: ",")
        show(run.leavingOut(needless).run(seed: seed))
        print(
            "  shorter: gossip-sim replay --nodes \(nodes) --seed \(seed)\(without.isEmpty ? "" : " --without \(without)")"
        )
        return false
    }

    func spread() -> Bool {
        let (nodes, loss) = (arguments.int("nodes", 100), arguments.double("loss", 0))
        var experiment = SpreadExperiment(
            hosts: nodes, loss: loss, messages: arguments.int("messages", 100), seed: arguments.seed)
        experiment.interval = .seconds(1 / max(0.001, arguments.double("rate", 5)))
        let (result, time) = measured { experiment.run() }
        print("\(nodes) nodes, loss \(loss): every member knows after \(result.everybody.summary)")
        print("each member knows after \(result.each.summary), undelivered \(result.undelivered)")
        print(
            "per message and member: \(rounded(result.datagramsPerMessageAndMember)) datagrams, "
                + "\(rounded(result.bytesPerMessageAndMember)) B with headers")
        printSpeed(result.events, in: time)
        print("log \(result.log)")
        return result.undelivered == 0
    }

    func detect() -> Bool {
        let (nodes, loss) = (arguments.int("nodes", 20), arguments.double("loss", 0))
        let experiment = DetectionExperiment(
            hosts: nodes, loss: loss, trials: arguments.int("trials", 50), seed: arguments.seed)
        let result = experiment.run()
        print("\(nodes) nodes, loss \(loss), one killed")
        print("first suspicion: \(result.firstSuspicion.summary)")
        print("first verdict: \(result.firstVerdict.summary)")
        print("everybody's verdict: \(result.everybody.summary)")
        print("unnoticed \(result.unnoticed), verdicts about the living \(result.falseVerdicts)")
        print("log \(result.log)")
        return result.unnoticed == 0
    }

    func heal() -> Bool {
        let nodes = arguments.int("nodes", 100)
        let cut = Span.seconds(arguments.double("cut", 60))
        let result = HealingExperiment(
            hosts: nodes, cut: cut, trials: arguments.int("trials", 20), seed: arguments.seed
        ).run()
        print(
            "\(nodes) nodes, cut in two for \(cut) s: all agree after \(result.agreement.summary), never \(result.unhealed)"
        )
        print("log \(result.log)")
        return result.unhealed == 0
    }

    func falseVerdicts() -> Bool {
        let (nodes, loss) = (arguments.int("nodes", 100), arguments.double("loss", 0.05))
        let hours = arguments.double("hours", 24)
        let experiment = QuietExperiment(
            hosts: nodes, loss: loss, length: .seconds(hours * 3_600), seed: arguments.seed)
        let (result, time) = measured { experiment.run() }
        print(
            "\(nodes) nodes, loss \(loss), \(rounded(hours)) h: \(result.falseVerdicts) false verdicts, "
                + "\(result.suspicions) suspicions in \(rounded(result.memberHours)) member hours")
        printTraffic(result)
        printSpeed(result.events, in: time)
        print("log \(result.log)")
        return result.falseVerdicts == 0
    }

    func idle() -> Bool {
        let nodes = arguments.int("nodes", 20)
        let length = Span.seconds(arguments.double("seconds", 300))
        let (result, time) = measured {
            QuietExperiment(hosts: nodes, loss: arguments.double("loss", 0), length: length, seed: arguments.seed).run()
        }
        print("\(nodes) nodes, idle \(length) s")
        printTraffic(result)
        printSpeed(result.events, in: time)
        print("log \(result.log)")
        return true
    }

    /// The event queue alone: 100,000 events waiting, each replaced by another when it happens.
    func queue() -> Bool {
        var (queue, dice, sum) = (EventQueue<UInt64>(), Dice(seed: arguments.seed), UInt64(0))
        for number in 0..<100_000 { queue.schedule(UInt64(number), at: .zero + dice.span(.zero, .seconds(1))) }
        let count = 10_000_000
        let time = clock.measure {
            for _ in 0..<count {
                guard let (at, event) = queue.next() else { break }
                sum &+= event
                queue.schedule(event, at: at + dice.span(.zero, .seconds(1)))
            }
        }
        printSpeed(count, in: time)
        print("log \(sum)")
        return true
    }

    // MARK: - Printing

    private func printTraffic(_ result: QuietExperiment.Result) {
        print(
            "per member: \(rounded(result.bytesPerSecondAndMember)) B/s with headers, "
                + "\(rounded(result.datagramsPerSecondAndMember)) datagrams/s, "
                + "\(rounded(result.streamCallsPerHourAndMember)) stream calls/h")
    }

    private func measured<Value>(_ work: () -> Value) -> (Value, Duration) {
        var value: Value?
        let time = clock.measure { value = work() }
        guard let value else { preconditionFailure("measure runs its closure") }
        return (value, time)
    }

    private func printSpeed(_ events: Int, in time: Duration) {
        let seconds = max(1e-9, time / .seconds(1))
        print("\(events) events in \(rounded(seconds)) s, \(rounded(Double(events) / seconds / 1e6)) M events/s")
    }

    /// Two decimals.
    private func rounded(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = abs(hundredths) % 100
        return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
