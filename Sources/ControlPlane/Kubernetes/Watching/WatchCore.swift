/// Decides how to keep a picture of all StatefulSets of endpoints: list them, watch from there, and begin anew where
/// that breaks. Opens nothing and reads no clock.
///
/// ```
///   listing ──listed──▶ watching ──ended, failed──▶ pausing ──▶ watching, from the last version seen
///      ▲                   │ 410, or an error that says so          │
///      └───────────────────┴────────────────────────────────────────┘ a list that failed
/// ```
package struct WatchCore: Sendable {
    package enum Input: Equatable, Sendable {
        case started
        case listed(StatefulSetPage)
        /// A list or a watch could not be had, or broke.
        case failed(ClusterFailure)
        case event(WatchEvent)
        /// The watch ended in order, as watches do after a while.
        case watchEnded
        case pauseEnded
    }

    package enum Action: Equatable, Sendable {
        /// - Parameter from: the page before says it; `nil` for the first page.
        case list(from: String?)
        case watch(from: String)
        /// This is all there is.
        case replaceAll([StatefulSet])
        case put(StatefulSet)
        case remove(StatefulSet)
        case pause(Pause)
        /// There are more than `objectLimit`: what is beyond counts for nothing until it changes.
        case tellOfMore
    }

    private enum State: Equatable {
        case idle
        case listing([StatefulSet])
        case watching(from: String, hasHeard: Bool)
        /// Then watch from there; `nil`: list.
        case pausing(then: String?)
    }

    /// More than this is not kept, and said to be missing.
    package static let objectLimit = 10_000

    private var state = State.idle
    private var failures = 0

    package init() {}

    package mutating func handle(_ input: Input) -> [Action] {
        switch (state, input) {
        case (.idle, .started):
            return list()
        case (.listing(let items), .listed(let page)):
            return listed(items, page)
        case (.listing, .failed(let failure)):
            return pause(failure, then: nil)
        case (.watching(let version, _), .event(let event)):
            return took(event, from: version)
        case (.watching(let version, let hasHeard), .watchEnded):
            // One that ends before it has said anything must not be opened again and again.
            guard !hasHeard else { return watch(from: version) }
            return pause(ClusterFailure(.unavailable, "a watch ended at once"), then: version)
        case (.watching(let version, _), .failed(let failure)):
            return pause(failure, then: failure.isPassing ? version : nil)
        case (.pausing(let version), .pauseEnded):
            return version.map { watch(from: $0) } ?? list()
        case (.idle, _), (.listing, _), (.watching, _), (.pausing, _):
            return []  // Of a call that is over.
        }
    }

    private mutating func list() -> [Action] {
        state = .listing([])
        return [.list(from: nil)]
    }

    private mutating func listed(_ items: [StatefulSet], _ page: StatefulSetPage) -> [Action] {
        let found = page.items ?? []
        let all = items + found.prefix(Self.objectLimit - items.count)
        var isMore = all.count < items.count + found.count
        if let next = page.metadata.continue, !next.isEmpty, all.count < Self.objectLimit {
            state = .listing(all)
            return [.list(from: next)]
        } else if let next = page.metadata.continue, !next.isEmpty {
            isMore = true
        }
        guard let version = page.metadata.resourceVersion, !version.isEmpty else {
            return pause(ClusterFailure(.unavailable, "a list without a version"), then: nil)
        }
        failures = 0
        return [.replaceAll(all)] + (isMore ? [.tellOfMore] : []) + watch(from: version)
    }

    private mutating func watch(from version: String) -> [Action] {
        state = .watching(from: version, hasHeard: false)
        return [.watch(from: version)]
    }

    private mutating func took(_ event: WatchEvent, from version: String) -> [Action] {
        switch event {
        case .present(let object):
            heard(object.metadata.resourceVersion ?? version)
            return [.put(object)]
        case .deleted(let object):
            heard(object.metadata.resourceVersion ?? version)
            return [.remove(object)]
        case .bookmark(let newer):
            heard(newer)
            return []
        case .unknown:
            heard(version)
            return []
        case .error(let status):
            let failure = ClusterFailure(code: status.code ?? 500, status: status)
            return pause(failure, then: failure.isPassing ? version : nil)
        }
    }

    private mutating func heard(_ version: String) {
        failures = 0
        state = .watching(from: version, hasHeard: true)
    }

    private mutating func pause(_ failure: ClusterFailure, then version: String?) -> [Action] {
        failures += 1
        state = .pausing(then: version)
        return [.pause(Pause(afterFailures: failures, retryAfter: failure.retryAfter))]
    }
}
