package import Logging

/// Keeps a picture of the cluster's endpoints up to date: carries out what `WatchCore` decides, until it is cancelled.
package actor StatefulSetWatch {
    package enum Sight: Equatable, Sendable {
        /// These, and no others.
        case all([StatefulSet])
        case present(StatefulSet)
        case gone(StatefulSet)
    }

    private let cluster: any ClusterCalls
    private let log: Logger
    private let saw: @Sendable (Sight) async -> Void
    private var core = WatchCore()
    /// What is to be called next. There is always one.
    private var next = WatchCore.Action.list(from: nil)

    package init(_ cluster: any ClusterCalls, log: Logger, saw: @escaping @Sendable (Sight) async -> Void) {
        self.cluster = cluster
        self.log = log
        self.saw = saw
    }

    package func run() async {
        await took(.started)
        while !Task.isCancelled {
            switch next {
            case .list(let page): await list(page)
            case .watch(let version): await watch(from: version)
            case .pause(let pause):
                var dice = SystemRandomNumberGenerator()
                // The back-off that the core decided on. Ends with the directory.
                guard (try? await Task.sleep(for: pause.duration(using: &dice))) != nil else { return }
                await took(.pauseEnded)
            case .replaceAll, .put, .remove, .tellOfMore: return
            }
        }
    }

    private func list(_ page: String?) async {
        do {
            await took(.listed(try await cluster.statefulSets(from: page)))
        } catch {
            await failed(error)
        }
    }

    private func watch(from version: String) async {
        do {
            try await cluster.watchStatefulSets(from: version) { await self.took(.event($0)) }
            // It may have said itself why it ends.
            if case .watch = next { await took(.watchEnded) }
        } catch {
            if case .watch = next { await failed(error) }
        }
    }

    private func failed(_ failure: ClusterFailure) async {
        guard !Task.isCancelled else { return }
        log.warning("the cluster's endpoints cannot be followed", metadata: ["error": "\(failure)"])
        await took(.failed(failure))
    }

    /// - Returns: whether a watch is to go on.
    @discardableResult
    private func took(_ input: WatchCore.Input) async -> Bool {
        for action in core.handle(input) {
            switch action {
            case .replaceAll(let objects): await saw(.all(objects))
            case .put(let object): await saw(.present(object))
            case .remove(let object): await saw(.gone(object))
            case .tellOfMore:
                log.error(
                    "there are too many endpoints; those beyond the limit are not known until they change",
                    metadata: ["limit": "\(WatchCore.objectLimit)"])
            case .list, .watch, .pause: next = action
            }
        }
        if case .watch = next { return true }
        return false
    }
}
