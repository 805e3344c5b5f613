import Gossip
import Synchronization
import Telemetry

@testable import ControlPlane

/// A Kubernetes API in memory: objects with versions, writes that are guarded by them, and watches. Whoever is woken runs
/// at once, unless a test holds that back.
final class FakeCluster: ClusterCalls {
    private struct Contents {
        var version = 1
        var objects: [String: StatefulSet] = [:]
        var watches: [AsyncStream<WatchEvent>.Continuation] = []
        var events: [ClusterEvent] = []
        var started: [UInt64] = []
        var conflicts = 0
        var writes = 0
        var failures: [ClusterFailure] = []
        var hidesSecrets = false
        var secrets: [String: [String: String]] = [:]
    }

    private let contents = Mutex(Contents())
    private let runsAtOnce: Bool

    init(runsAtOnce: Bool = true) {
        self.runsAtOnce = runsAtOnce
    }

    /// Generations, in the order in which they were started.
    var started: [UInt64] { contents.withLock { $0.started } }
    var conflicts: Int { contents.withLock { $0.conflicts } }
    /// Changes of StatefulSets that were asked for, whatever became of them.
    var writes: Int { contents.withLock { $0.writes } }
    var eventCount: Int { contents.withLock { $0.events.count } }

    /// The next writes end like this.
    func fail(_ failures: [ClusterFailure]) { contents.withLock { $0.failures = failures } }
    func hideSecrets(_ hides: Bool) { contents.withLock { $0.hidesSecrets = hides } }
    func setSecret(_ name: String, _ data: [String: String]) { contents.withLock { $0.secrets[name] = data } }

    @discardableResult
    func edit(_ name: String, _ edit: (inout StatefulSet) -> Void) -> StatefulSet {
        contents.withLock { contents in
            var object = contents.objects[name] ?? Sample.object(name)
            edit(&object)
            return Self.store(object, in: &contents)
        }
    }

    /// From a backup: as it was then, under a version of then, and no watch says so.
    func restore(_ object: StatefulSet) {
        contents.withLock { contents in
            contents.version = Int(object.metadata.resourceVersion ?? "") ?? 0
            contents.objects[object.metadata.name ?? ""] = object
        }
    }

    func delete(_ name: String) {
        contents.withLock { contents in
            guard var object = contents.objects.removeValue(forKey: name) else { return }
            contents.version += 1
            object.metadata.resourceVersion = "\(contents.version)"
            for watch in contents.watches { watch.yield(.deleted(object)) }
        }
    }

    func statefulSets(from: String?) throws(ClusterFailure) -> StatefulSetPage {
        contents.withLock {
            StatefulSetPage(
                metadata: .init(resourceVersion: "\($0.version)"), items: Array($0.objects.values))
        }
    }

    func watchStatefulSets(
        from version: String, took: @Sendable (WatchEvent) async -> Bool
    ) async throws(ClusterFailure) {
        let (events, source) = AsyncStream.makeStream(of: WatchEvent.self)
        contents.withLock { contents in
            for object in contents.objects.values
            where Int(object.metadata.resourceVersion ?? "") ?? 0 > Int(version) ?? 0 {
                source.yield(.present(object))
            }
            contents.watches.append(source)
        }
        for await event in events where await !took(event) { return }
    }

    func statefulSet(_ name: String) throws(ClusterFailure) -> StatefulSet {
        guard let object = contents.withLock({ $0.objects[name] }) else { throw ClusterFailure(.notFound, name) }
        return object
    }

    func change(_ name: String, by change: ScaleChange) async throws(ClusterFailure) -> StatefulSet {
        // Others get in between, as they would over a network.
        for _ in 0..<Int.random(in: 0..<5) { await Task.yield() }
        let answer = contents.withLock { contents -> Result<StatefulSet, ClusterFailure> in
            contents.writes += 1
            if !contents.failures.isEmpty { return .failure(contents.failures.removeFirst()) }
            guard var object = contents.objects[name] else { return .failure(ClusterFailure(.notFound, name)) }
            guard object.metadata.resourceVersion == change.resourceVersion else {
                contents.conflicts += 1
                return .failure(ClusterFailure(.conflict, name))
            }
            var annotations = object.metadata.annotations ?? [:]
            switch change.kind {
            case .wake(let generation):
                annotations[EndpointMarks.generation] = "\(generation)"
                annotations[EndpointMarks.compute] = runsAtOnce ? Sample.news(generation, .running).annotation : nil
                object.spec?.replicas = 1
                contents.started.append(generation)
            case .sleep(_, let news):
                if let news { annotations[EndpointMarks.compute] = news.annotation }
                object.spec?.replicas = 0
            case .tell(let news): annotations[EndpointMarks.compute] = news.annotation
            case .rules: annotations[EndpointMarks.access] = "{}"
            }
            object.metadata.annotations = annotations
            return .success(Self.store(object, in: &contents))
        }
        return try answer.get()
    }

    func secret(_ name: String) throws(ClusterFailure) -> SecretObject {
        guard !contents.withLock({ $0.hidesSecrets }) else { throw ClusterFailure(.unavailable, "away") }
        guard let data = contents.withLock({ $0.secrets[name] }) else { throw ClusterFailure(.notFound, name) }
        return SecretObject(metadata: .init(name: name), data: data.mapValues { Secret(Array($0.utf8)) })
    }

    func setSecret(
        _ name: String, key: String, to value: Secret<[UInt8]>, resourceVersion version: String?
    ) throws(ClusterFailure) {
        let isRefused = contents.withLock { contents in
            if !contents.failures.isEmpty { return contents.failures.removeFirst().reason == .conflict }
            contents.secrets[name, default: [:]][key] = String(decoding: value.reveal(), as: UTF8.self)
            return false
        }
        if isRefused { throw ClusterFailure(.conflict, name) }
    }

    func tell(_ event: ClusterEvent) throws(ClusterFailure) { contents.withLock { $0.events.append(event) } }

    private static func store(_ object: StatefulSet, in contents: inout Contents) -> StatefulSet {
        contents.version += 1
        var object = object
        object.metadata.resourceVersion = "\(contents.version)"
        contents.objects[object.metadata.name ?? ""] = object
        for watch in contents.watches { watch.yield(.present(object)) }
        return object
    }
}
