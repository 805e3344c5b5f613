internal import Logging

/// Pushes every transition to every target, each at its own pace.
package final class Reporter: Sendable {
    private let targets: [ReportTarget]
    private let progress: Signal

    init(targets: [ReportTarget], progress: Signal) {
        self.targets = targets
        self.progress = progress
    }

    func report(_ transition: Transition) {
        for target in targets { target.append(transition) }
    }

    /// Until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for target in targets {
                group.addTask { await target.run() }
            }
        }
    }

    /// Waits until every target that can be reached has acknowledged everything. Targets that are down do not hold this
    /// up, unless all of them are: then one may come back in time.
    ///
    /// - Returns: whether all that were reachable did.
    @discardableResult
    func waitForAcknowledgements(atMost limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while true {
            let moved = progress.next
            if isSettled { return true }
            let rest = clock.now.duration(to: end)
            guard rest > .zero, await moved.wait(atMost: rest) != nil else { return isSettled }
        }
    }

    private var isSettled: Bool {
        targets.allSatisfy { $0.isSettled || $0.isDown } && (targets.isEmpty || targets.contains(where: \.isSettled))
    }
}
