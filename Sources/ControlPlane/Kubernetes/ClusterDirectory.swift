package import Gossip
package import Logging

/// The endpoints of a cluster: its StatefulSets with the label. Any number of control planes have one each, of the same
/// endpoints.
package actor ClusterDirectory: EndpointDirectory {
    private let cluster: any ClusterCalls
    private let configuration: ClusterEndpoint.Configuration
    private let metrics: ControlPlaneMetrics
    private let log: Logger
    private var known: [EndpointName: ClusterEndpoint] = [:]
    /// Which StatefulSet an endpoint is. Of two that claim one name, the one that came first.
    private var owners: [EndpointName: String] = [:]
    /// Those that came later, by their own names. The turn of one comes when the first is gone.
    private var claimants: [String: StatefulSet] = [:]
    private var isListed = false
    private var watch: Task<Void, Never>?

    package init(
        _ cluster: any ClusterCalls, configuration: ClusterEndpoint.Configuration, metrics: ControlPlaneMetrics,
        log: Logger
    ) {
        self.cluster = cluster
        self.configuration = configuration
        self.metrics = metrics
        self.log = log
    }

    /// Begins to follow the cluster.
    package func start() {
        // Ends in `close`, which waits for it.
        watch = Task { [cluster, log] in
            await StatefulSetWatch(cluster, log: log) { await self.take($0) }.run()
        }
    }

    package var isReady: Bool { isListed }

    package func endpoint(_ name: EndpointName) throws -> (any ServedEndpoint)? {
        guard isListed else { throw APIError.notReady }
        return known[name]
    }

    package func endpoints() throws -> [any ServedEndpoint] {
        guard isListed else { throw APIError.notReady }
        return known.values.sorted { $0.name < $1.name }
    }

    package func create(_ name: EndpointName, role: String?, database: String?) throws -> EndpointRegistry.Created {
        throw APIError.madeElsewhere
    }

    package func resetPassword(_ name: EndpointName) throws -> EndpointRegistry.Created { throw APIError.madeElsewhere }

    package func delete(_ name: EndpointName, force: Bool) throws { throw APIError.madeElsewhere }

    package func close() async {
        watch?.cancel()
        await watch?.value
        for endpoint in known.values { await endpoint.close() }
    }

    package func take(_ sight: StatefulSetWatch.Sight) async {
        switch sight {
        case .all(let objects):
            let names = Set(objects.compactMap { $0.metadata.name })
            claimants = [:]
            for (name, owner) in owners where !names.contains(owner) { await forget(name) }
            // What was followed goes first: the order of a list says nothing of who came first.
            for object in objects where isOwner(object) { await put(object, isListed: true) }
            for object in objects where !isOwner(object) { await put(object, isListed: true) }
            isListed = true
        case .present(let object): await put(object)
        case .gone(let object):
            object.metadata.name.map { claimants[$0] = nil }
            guard let owned = owners.first(where: { $0.value == object.metadata.name }) else { return }
            await forget(owned.key)
            await takeUpClaimants()
        }
    }

    private func isOwner(_ object: StatefulSet) -> Bool { owners.values.contains(object.metadata.name ?? "") }

    private func put(_ object: StatefulSet, isListed: Bool = false) async {
        let statefulSet = object.metadata.name ?? ""
        let scale: EndpointScale
        do throws(EndpointScale.Flaw) {
            scale = try EndpointScale(object)
        } catch {
            log.error("a StatefulSet is no endpoint", metadata: ["statefulset": "\(statefulSet)", "error": "\(error)"])
            if let owned = owners.first(where: { $0.value == statefulSet }) { await known[owned.key]?.observe(nil) }
            return
        }
        // Its label may have been changed.
        for (name, owner) in owners where owner == statefulSet && name != scale.endpoint {
            await forget(name)
            await takeUpClaimants()
        }
        let owner = owners[scale.endpoint] ?? statefulSet
        guard owner == statefulSet else {
            // Which changes often, and is told once.
            guard claimants.updateValue(object, forKey: statefulSet) == nil else { return }
            log.error(
                "two StatefulSets are one endpoint; the second counts for nothing while the first is there",
                metadata: ["ep": "\(scale.endpoint)", "first": "\(owner)", "second": "\(statefulSet)"])
            return
        }
        claimants[statefulSet] = nil
        owners[scale.endpoint] = statefulSet
        let endpoint = endpoint(of: scale.endpoint)
        if isListed { await endpoint.find(scale) } else { await endpoint.observe(scale) }
    }

    private func takeUpClaimants() async {
        for (_, claimant) in claimants.sorted(by: { $0.key < $1.key }) { await put(claimant) }
    }

    private func endpoint(of name: EndpointName) -> ClusterEndpoint {
        if let endpoint = known[name] { return endpoint }
        let endpoint = ClusterEndpoint(
            name, cluster: cluster, configuration: configuration, metrics: metrics, log: log)
        known[name] = endpoint
        return endpoint
    }

    private func forget(_ name: EndpointName) async {
        owners.removeValue(forKey: name)
        guard let endpoint = known.removeValue(forKey: name) else { return }
        await endpoint.observe(nil)
        await endpoint.close()
    }
}
