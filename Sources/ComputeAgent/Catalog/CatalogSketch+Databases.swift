internal import PostgresWire

extension CatalogSketch {
    /// Left half made: nobody can connect to one, and it is made anew if it is to be there.
    mutating func dropInvalidDatabases() {
        for database in picture.databases where database.isInvalid {
            add(
                .invalidDatabases, .database(database.name),
                ["DROP DATABASE IF EXISTS \(SQLText.identifier(database.name)) WITH (FORCE)"])
            forgetDatabase(database.name)
        }
    }

    /// - Parameters:
    ///   - keeping: what the spec lists. One of these that is to be deleted is made anew: once per operation, for at the
    ///     next start it would cost what has been written since.
    ///   - operation: its name.
    mutating func change(_ operations: [DeltaOperation], keeping: Set<String>, operation uuid: String?) {
        let isRemade = uuid != nil && picture.lastRemaking == uuid
        var remakes = false
        for operation in operations {
            switch operation.action {
            case .deleteDatabase where keeping.contains(operation.name):
                guard !isRemade, database(operation.name) != nil else { continue }
                guard uuid != nil else {
                    complain(.database(operation.name), "is to be made anew, which needs an operation_uuid")
                    continue
                }
                drop(operation.name)
                remakes = true
            case .deleteDatabase: drop(operation.name)
            case .renameDatabase: operation.newName.map { rename(operation.name, to: $0) }
            case .deleteRole, .renameRole: break
            }
        }
        guard remakes, let uuid else { return }
        add(
            .notes, .note("databases made anew"),
            [
                "CREATE SCHEMA IF NOT EXISTS neon",
                "CREATE TABLE IF NOT EXISTS neon.database_remakings (id int PRIMARY KEY, operation_uuid text)",
                """
                INSERT INTO neon.database_remakings VALUES (1, \(SQLText.literal(uuid))) \
                ON CONFLICT (id) DO UPDATE SET operation_uuid = excluded.operation_uuid
                """,
            ])
    }

    private mutating func drop(_ name: String) {
        guard let found = database(name) else { return }
        let quoted = SQLText.identifier(name)
        if found.allowsConnections {
            add(
                .partingSubscriptions, .subscriptions(ofDatabase: name), in: name,
                picture.subscriptions.filter { $0.database == name }.flatMap(Self.dropping))
        }
        add(
            .changedDatabases, .database(name),
            (found.isTemplate ? ["ALTER DATABASE \(quoted) IS_TEMPLATE false"] : [])
                + ["DROP DATABASE IF EXISTS \(quoted) WITH (FORCE)"])
        forgetDatabase(name)
    }

    /// Whoever asks twice finds it done.
    private mutating func rename(_ name: String, to next: String) {
        guard database(name) != nil else { return }
        guard database(next) == nil else {
            return complain(
                .database(name), "cannot be renamed: there is a database \(next.debugDescription) already")
        }
        add(
            .changedDatabases, .database(name),
            [
                // Nobody may be in it.
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(SQLText.literal(name))",
                "ALTER DATABASE \(SQLText.identifier(name)) RENAME TO \(SQLText.identifier(next))",
            ])
        renameDatabase(name, to: next)
    }

    mutating func converge(_ wanted: ComputeSpec.Database, privileged: String?) {
        let (name, owner) = (SQLText.identifier(wanted.name), SQLText.identifier(wanted.owner))
        let options = wanted.options.compactMap { DatabaseOption($0) }
        var statements: [String] = []
        if let found = database(wanted.name) {
            if found.owner != wanted.owner { statements.append("ALTER DATABASE \(name) OWNER TO \(owner)") }
            for case .connectionLimit(let limit) in options where limit != found.connectionLimit {
                statements.append("ALTER DATABASE \(name) CONNECTION LIMIT \(limit)")
            }
        } else {
            statements.append((["CREATE DATABASE \(name) OWNER \(owner)"] + options.map(\.sql)).joined(separator: " "))
        }
        let isGranted = database(wanted.name)?.isGranted ?? false
        if let privileged, !isGranted {
            statements.append("GRANT ALL ON DATABASE \(name) TO \(SQLText.identifier(privileged))")
        }
        add(.databases, .database(wanted.name), statements)
        var next = database(wanted.name) ?? CatalogPicture.Database(name: wanted.name, owner: wanted.owner)
        next.owner = wanted.owner
        put(next)
    }

    /// A branch took them over from its parent, whose subscriptions they still are. Once per branch: what somebody
    /// subscribes to later is theirs.
    mutating func dropInheritedSubscriptions(mark: String) {
        for name in Set(picture.subscriptions.map(\.database)).sorted() where database(name)?.allowsConnections ?? false
        {
            add(
                .inheritedSubscriptions, .subscriptions(ofDatabase: name), in: name,
                picture.subscriptions.filter { $0.database == name }.flatMap(Self.dropping))
        }
        add(
            .notes, .note("subscriptions dropped"),
            [
                "CREATE SCHEMA IF NOT EXISTS neon",
                "CREATE TABLE IF NOT EXISTS neon.drop_subscriptions_done (id int PRIMARY KEY, timeline_id text)",
                """
                INSERT INTO neon.drop_subscriptions_done VALUES (1, \(SQLText.literal(mark))) \
                ON CONFLICT (id) DO UPDATE SET timeline_id = excluded.timeline_id
                """,
            ])
    }

    /// The slot at the publisher is not ours to remove: it may be the parent's.
    private static func dropping(_ subscription: CatalogPicture.Subscription) -> [String] {
        let name = SQLText.identifier(subscription.name)
        return [
            "ALTER SUBSCRIPTION \(name) DISABLE", "ALTER SUBSCRIPTION \(name) SET (slot_name = NONE)",
            "DROP SUBSCRIPTION IF EXISTS \(name)",
        ]
    }
}
