internal import PostgresWire

/// A picture that changes as a plan is drawn: every step sees what those before it leave behind.
struct CatalogSketch {
    private(set) var picture: CatalogPicture
    private(set) var steps: [CatalogStep] = []
    private(set) var problems: [CatalogPlan.Problem] = []

    private var rolePositions: [String: Int] = [:]
    private var databasePositions: [String: Int] = [:]

    init(_ present: CatalogPicture) {
        picture = present
        index()
    }

    mutating func add(
        _ stage: CatalogStep.Stage, _ object: CatalogObject, in database: String = CatalogStep.home,
        _ statements: [String]
    ) {
        guard !statements.isEmpty else { return }
        steps.append(CatalogStep(stage, object, in: database, statements))
    }

    mutating func complain(_ object: CatalogObject, _ text: String) {
        problems.append(CatalogPlan.Problem(object: object, text: text))
    }

    // MARK: - What is there by now

    func role(_ name: String) -> CatalogPicture.Role? { rolePositions[name].map { picture.roles[$0] } }
    func database(_ name: String) -> CatalogPicture.Database? { databasePositions[name].map { picture.databases[$0] } }

    mutating func put(_ role: CatalogPicture.Role) {
        if let position = rolePositions[role.name] {
            picture.roles[position] = role
        } else {
            rolePositions[role.name] = picture.roles.count
            picture.roles.append(role)
        }
    }

    mutating func put(_ database: CatalogPicture.Database) {
        if let position = databasePositions[database.name] {
            picture.databases[position] = database
        } else {
            databasePositions[database.name] = picture.databases.count
            picture.databases.append(database)
        }
    }

    mutating func forgetDatabase(_ name: String) {
        picture.databases.removeAll { $0.name == name }
        picture.holdings.removeAll { $0.database == name }
        picture.subscriptions.removeAll { $0.database == name }
        index()
    }

    mutating func renameDatabase(_ name: String, to next: String) {
        for position in picture.databases.indices where picture.databases[position].name == name {
            picture.databases[position].name = next
        }
        for position in picture.holdings.indices where picture.holdings[position].database == name {
            picture.holdings[position].database = next
        }
        for position in picture.subscriptions.indices where picture.subscriptions[position].database == name {
            picture.subscriptions[position].database = next
        }
        index()
    }

    /// PostgreSQL forgets an MD5 secret at that, for it is salted by the name; other secrets go with the role.
    mutating func renameRole(_ name: String, to next: String) {
        for position in picture.roles.indices where picture.roles[position].name == name {
            picture.roles[position].name = next
            if picture.roles[position].verifier?.hasPrefix("md5") ?? false { picture.roles[position].verifier = nil }
        }
        for position in picture.databases.indices where picture.databases[position].owner == name {
            picture.databases[position].owner = next
        }
        for position in picture.holdings.indices where picture.holdings[position].role == name {
            picture.holdings[position].role = next
        }
        if picture.privileged.remove(name) != nil { picture.privileged.insert(next) }
        index()
    }

    mutating func grantPrivilegedRole(to name: String) { picture.privileged.insert(name) }
    mutating func hasInstalled(_ name: String) { picture.extensions[name] = picture.availableExtensions[name] }

    private mutating func index() {
        rolePositions = Dictionary(picture.roles.enumerated().map { ($1.name, $0) }) { first, _ in first }
        databasePositions = Dictionary(picture.databases.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }
}
