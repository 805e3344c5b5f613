/// The roles and databases a Postgres has, as far as a spec can speak of them.
package struct CatalogPicture: Equatable, Sendable {
    package struct Role: Equatable, Sendable {
        package var name: String
        package var verifier: String?
        package var canLogin: Bool
        package var flags: Set<RoleOption.Flag>
        package var connectionLimit: Int32

        package init(
            name: String, verifier: String?, canLogin: Bool = true, flags: Set<RoleOption.Flag> = [.inherit],
            connectionLimit: Int32 = -1
        ) {
            self.name = name
            self.verifier = verifier
            self.canLogin = canLogin
            self.flags = flags
            self.connectionLimit = connectionLimit
        }
    }

    package struct Database: Equatable, Sendable {
        package var name: String
        package var owner: String
        /// Left half made by an interrupted `DROP DATABASE` or `CREATE DATABASE`.
        package var isInvalid: Bool
        package var connectionLimit: Int32
        package var isTemplate: Bool
        package var allowsConnections: Bool
        /// Whether the privileged role may do everything in it.
        package var isGranted: Bool

        package init(
            name: String, owner: String, isInvalid: Bool = false, connectionLimit: Int32 = -1,
            isTemplate: Bool = false, allowsConnections: Bool = true, isGranted: Bool = false
        ) {
            self.name = name
            self.owner = owner
            self.isInvalid = isInvalid
            self.connectionLimit = connectionLimit
            self.isTemplate = isTemplate
            self.allowsConnections = allowsConnections
            self.isGranted = isGranted
        }
    }

    /// What is a role's own in a database, or granted to it there: what stands in the way of its removal.
    package struct Holding: Hashable, Sendable {
        package var role: String
        /// `postgres` for what belongs to no database, such as a database itself.
        package var database: String

        package init(role: String, database: String) {
            self.role = role
            self.database = database
        }
    }

    package struct Subscription: Hashable, Sendable {
        package var name: String
        package var database: String

        package init(name: String, database: String) {
            self.name = name
            self.database = database
        }
    }

    package var roles: [Role]
    package var databases: [Database]
    /// Members of the privileged role.
    package var privileged: Set<String> = []
    /// Of the roles that are to go.
    package var holdings: [Holding] = []
    /// Logical subscriptions of every database.
    package var subscriptions: [Subscription] = []
    /// Installed in `postgres`, by name, with their versions.
    package var extensions: [String: String] = [:]
    /// The newest version that each of them could have.
    package var availableExtensions: [String: String] = [:]
    package var preloadedLibraries: [String] = []
    package var maxConnections = 100
    /// For which timeline inherited subscriptions have been dropped. `nil`: for none.
    package var subscriptionsDroppedFor: String?
    /// The last operation that made a database anew.
    package var lastRemaking: String?

    package init(roles: [Role], databases: [Database]) {
        self.roles = roles
        self.databases = databases
    }
}
