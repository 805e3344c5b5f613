internal import ControlPlane
internal import Gossip
internal import Telemetry

/// Keeps `fleet.json` true: process ids as proxies come and go, credentials as endpoints do.
actor FleetDescription {
    private let path: String
    private let domain: String
    private let entrance: ListenAddress
    private let authorityFile: String
    private var file: FleetFile
    /// Nothing is written until the fleet is ready, so that a script that finds the file finds a fleet.
    private var isPublished = false

    /// - Parameters:
    ///   - known: the file of the start before, for the passwords in it.
    ///   - authorityFile: absolute.
    init(_ path: String, plan: FleetPlan, domain: String, authorityFile: String, known: FleetFile?) {
        self.path = path
        self.domain = domain
        self.authorityFile = authorityFile
        entrance = (plan.proxies.first?.postgres ?? plan.controlPlane).reachable
        let entrance = entrance
        file = FleetFile(
            caFile: authorityFile, controlPlane: "http://\(plan.controlPlane)",
            proxies: plan.proxies.map {
                FleetFile.Proxy(
                    id: $0.id, postgres: "\($0.postgres.reachable)", http: "\($0.http)", grpc: "\($0.grpc)", pid: 0,
                    gossip: "\($0.gossip)")
            }, endpoints: [])
        // Ports and domain may be others than at the start before.
        file.endpoints = (known?.endpoints ?? []).map { endpoint in
            var endpoint = endpoint
            endpoint.conninfo = Self.conninfo(
                endpoint, domain: domain, address: entrance, authorityFile: authorityFile)
            return endpoint
        }
    }

    var endpoints: [FleetFile.Endpoint] { file.endpoints }

    func publish() throws {
        isPublished = true
        try file.write(path)
    }

    func proxyIsReady(_ id: String, pid: Int32) {
        guard let index = file.proxies.firstIndex(where: { $0.id == id }) else { return }
        file.proxies[index].pid = pid
        save()
    }

    func apply(_ change: ControlPlane.EndpointsChange) {
        switch change {
        case .created(let created):
            file.endpoints.removeAll { $0.name == created.name.text }
            var endpoint = FleetFile.Endpoint(
                name: created.name.text, user: created.role, password: created.password.reveal(),
                database: created.database, conninfo: "")
            endpoint.conninfo = Self.conninfo(
                endpoint, domain: domain, address: entrance, authorityFile: authorityFile)
            file.endpoints.append(endpoint)
        case .deleted(let name):
            file.endpoints.removeAll { $0.name == name.text }
        }
        save()
    }

    /// Forgets what the control plane does not have: the file of another data folder, perhaps.
    func keepOnly(_ names: Set<String>) {
        file.endpoints.removeAll { !names.contains($0.name) }
    }

    private static func conninfo(
        _ endpoint: FleetFile.Endpoint, domain: String, address: ListenAddress, authorityFile: String
    ) -> String {
        Conninfo(
            endpoint: endpoint.name, domain: domain, address: address, user: endpoint.user,
            password: endpoint.password, database: endpoint.database, authorityFile: authorityFile
        ).text
    }

    /// A disk that is full now is no reason to stop databases; the next change tries again.
    private func save() {
        if isPublished { try? file.write(path) }
    }
}
