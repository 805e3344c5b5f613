package import Gossip
package import Logging
package import PostgresWire
package import Telemetry

/// All endpoints of this control plane.
package actor EndpointRegistry {
    package enum Refusal: Error, Equatable, Sendable {
        case nameTaken
        case badRole(String, CatalogName.Flaw)
        case badDatabase(String, CatalogName.Flaw)
        /// So many exist already.
        case tooMany(limit: Int)
        case noSuchEndpoint
        /// It is not deleted under its clients' feet.
        case running
        /// This control plane is about to stop.
        case closing
    }

    /// A new endpoint and the password that nobody is told again.
    package struct Created: Sendable {
        package var name: EndpointName
        package var role: String
        package var password: Secret<String>
        package var database: String
    }

    /// Each keeps its history in memory.
    package static let endpointLimit = 10_000

    private let store: EndpointStore
    private let starter: any ComputeStarter
    private let limits: EndpointLimits
    private let wakeLimit: Duration
    private let notices: FleetNotices?
    private let metrics: ControlPlaneMetrics
    private let log: Logger
    private var controllers: [EndpointName: EndpointController] = [:]
    /// Names whose data is being deleted: neither there nor free.
    private var leaving: Set<EndpointName> = []
    private var isClosed = false

    /// Reads every endpoint from disk.
    package init(
        store: EndpointStore, starter: any ComputeStarter, limits: EndpointLimits, wakeLimit: Duration,
        notices: FleetNotices? = nil, metrics: ControlPlaneMetrics, log: Logger
    ) throws {
        self.store = store
        self.starter = starter
        self.limits = limits
        self.wakeLimit = wakeLimit
        self.notices = notices
        self.metrics = metrics
        self.log = log
        for record in try store.load() {
            controllers[record.name] = try EndpointController(
                record, store: store, starter: starter, limits: limits, wakeLimit: wakeLimit, notices: notices,
                metrics: metrics, log: log)
        }
    }

    package func controller(of name: EndpointName) -> EndpointController? { controllers[name] }

    /// By name.
    package func all() -> [EndpointController] { controllers.values.sorted { $0.name < $1.name } }

    /// - Parameters:
    ///   - role: `nil`: the endpoint's name; likewise `database`.
    package func create(_ name: EndpointName, role: String? = nil, database: String? = nil) async throws -> Created {
        guard !isClosed else { throw Refusal.closing }
        let (role, database) = (role ?? name.text, database ?? name.text)
        if let flaw = CatalogName.flaw(ofRole: role) { throw Refusal.badRole(role, flaw) }
        if let flaw = CatalogName.flaw(ofDatabase: database) { throw Refusal.badDatabase(database, flaw) }
        guard controllers[name] == nil, !leaving.contains(name) else { throw Refusal.nameTaken }
        guard controllers.count < Self.endpointLimit else { throw Refusal.tooMany(limit: Self.endpointLimit) }
        let password = EndpointCredentials.randomPassword()
        let record = EndpointRecord(
            name: name, role: role, database: database, verifier: EndpointCredentials.verifier(of: password),
            createdUnixMicros: WallClock.unixMicros())
        try store.save(record)
        let controller = try EndpointController(
            record, store: store, starter: starter, limits: limits, wakeLimit: wakeLimit, notices: notices,
            metrics: metrics, log: log)
        controllers[name] = controller
        // A proxy may remember that there is none of this name.
        await notices?.changed(name)
        await controller.note(event: "created", detail: "role \(role), database \(database)")
        return Created(name: name, role: role, password: password, database: database)
    }

    /// Gives the role a new password, for a fleet that has lost the old one.
    package func resetPassword(_ name: EndpointName) async throws -> Created {
        guard let controller = controllers[name] else { throw Refusal.noSuchEndpoint }
        let password = EndpointCredentials.randomPassword()
        let record = try await controller.setVerifier(EndpointCredentials.verifier(of: password))
        return Created(name: name, role: record.role, password: password, database: record.database)
    }

    /// Deletes the endpoint with all of its data, for good.
    ///
    /// - Parameter force: stops its compute first; otherwise an endpoint whose compute runs stays as it is.
    package func delete(_ name: EndpointName, force: Bool) async throws {
        guard let controller = controllers[name] else { throw Refusal.noSuchEndpoint }
        // Known to wakes for as long as it may have to stay.
        if !force {
            guard await controller.closeUnlessRunning() else { throw Refusal.running }
        }
        // Somebody else may have deleted it meanwhile.
        guard controllers.removeValue(forKey: name) != nil else { throw Refusal.noSuchEndpoint }
        leaving.insert(name)
        defer { leaving.remove(name) }
        await controller.close()
        try store.remove(name)
        await notices?.changed(name)
        try await starter.removeData(of: name)
    }

    /// Stops every compute; nothing is started any more. Returns when the last process has ended.
    package func close() async {
        isClosed = true
        await withTaskGroup(of: Void.self) { group in
            for controller in controllers.values { group.addTask { await controller.close() } }
        }
    }
}
