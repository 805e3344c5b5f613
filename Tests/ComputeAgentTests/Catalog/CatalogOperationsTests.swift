import ComputeAgent
import Testing

/// What operations of a spec come to, beside what it lists.
struct CatalogOperationsTests {
    private func spec(
        _ operations: [DeltaOperation], roles: [String] = [], databases: [String] = [], uuid: String? = nil
    ) throws -> ComputeSpec {
        var spec = try #require(try SpecText.read(SpecText.local()))
        spec.cluster.roles = roles.map { .init(name: $0, encryptedPassword: nil) }
        spec.cluster.databases = databases.map { .init(name: $0, owner: roles[0]) }
        spec.deltaOperations = operations
        spec.operationUUID = uuid
        return spec
    }

    private func picture(roles: [String] = [], databases: [(String, String)] = []) -> CatalogPicture {
        CatalogPicture(
            roles: roles.map { .init(name: $0, verifier: nil) },
            databases: databases.map { .init(name: $0.0, owner: $0.1) })
    }

    @Test func `a role is renamed once, and a name that nobody bears is said so`() throws {
        let operation = [DeltaOperation(.renameRole, "old", newName: "new")]
        let rename = #"ALTER ROLE "old" RENAME TO "new""#
        #expect(
            CatalogPlan(from: picture(roles: ["old"]), to: try spec(operation)).steps.flatMap(\.statements) == [rename])
        #expect(CatalogPlan(from: picture(roles: ["new"]), to: try spec(operation)).isEmpty)
        for roles in [[], ["old", "new"]] {
            let plan = CatalogPlan(from: picture(roles: roles), to: try spec(operation))
            #expect(plan.steps.isEmpty && plan.problems.map(\.object) == [.role("old")])
        }
    }

    @Test func `a renamed role is found by its new name, with its secret and what it owns`() throws {
        var present = picture(roles: ["old"], databases: [("d", "old")])
        present.roles[0].verifier = SpecText.verifier
        var wanted = try spec([DeltaOperation(.renameRole, "old", newName: "new")], roles: ["new"], databases: ["d"])
        wanted.cluster.roles[0].encryptedPassword = SpecText.verifier
        #expect(CatalogPlan(from: present, to: wanted).statementCount == 1)
        // An MD5 secret is salted by the name, so it goes with it.
        present.roles[0].verifier = "md5" + String(repeating: "0", count: 32)
        let plan = CatalogPlan(from: present, to: wanted)
        #expect(plan.statements(of: .roles) == [#"ALTER ROLE "new" PASSWORD '\#(SpecText.verifier)'"#])
        #expect(plan.steps.map(\.stage) == [.renamedRoles, .roles])
    }

    @Test func `a database is removed once, template or not`() throws {
        let operation = [DeltaOperation(.deleteDatabase, "d")]
        var present = picture(roles: ["a"], databases: [("d", "a")])
        present.databases[0].isTemplate = true
        present.subscriptions = [.init(name: "s", database: "d"), .init(name: "t", database: "elsewhere")]
        let plan = CatalogPlan(from: present, to: try spec(operation))
        #expect(
            plan.statements(of: .changedDatabases) == [
                #"ALTER DATABASE "d" IS_TEMPLATE false"#, #"DROP DATABASE IF EXISTS "d" WITH (FORCE)"#,
            ])
        #expect(
            plan.statements(of: .partingSubscriptions) == [
                #"ALTER SUBSCRIPTION "s" DISABLE"#, #"ALTER SUBSCRIPTION "s" SET (slot_name = NONE)"#,
                #"DROP SUBSCRIPTION IF EXISTS "s""#,
            ])
        #expect(CatalogPlan(from: picture(roles: ["a"]), to: try spec(operation)).isEmpty)
    }

    @Test func `a database is made anew once per operation, and never without its name`() throws {
        let operation = [DeltaOperation(.deleteDatabase, "d")]
        var present = picture(roles: ["a"], databases: [("d", "a")])
        let plan = CatalogPlan(from: present, to: try spec(operation, roles: ["a"], databases: ["d"], uuid: "1"))
        #expect(plan.steps.map(\.stage) == [.changedDatabases, .databases, .notes])
        present.lastRemaking = "1"
        #expect(CatalogPlan(from: present, to: try spec(operation, roles: ["a"], databases: ["d"], uuid: "1")).isEmpty)
        let nameless = CatalogPlan(from: present, to: try spec(operation, roles: ["a"], databases: ["d"]))
        #expect(nameless.steps.isEmpty && nameless.problems.map(\.object) == [.database("d")])
    }

    @Test func `a database is renamed once`() throws {
        let operation = [DeltaOperation(.renameDatabase, "old", newName: "new")]
        let plan = CatalogPlan(
            from: picture(roles: ["a"], databases: [("old", "a")]),
            to: try spec(operation, roles: ["a"], databases: ["new"]))
        #expect(plan.statements(of: .changedDatabases).last == #"ALTER DATABASE "old" RENAME TO "new""#)
        #expect(plan.statements(of: .databases).isEmpty)
        for databases in [[], [("new", "a")]] {
            #expect(CatalogPlan(from: picture(databases: databases), to: try spec(operation)).isEmpty)
        }
        let both = CatalogPlan(from: picture(databases: [("old", "a"), ("new", "a")]), to: try spec(operation))
        #expect(both.problems.map(\.object) == [.database("old")])
    }

    @Test func `a role goes when nothing is its own any more, in whichever database`() throws {
        var present = picture(roles: ["gone", "a"], databases: [("postgres", "a"), ("d", "gone"), ("shut", "a")])
        present.databases[2].allowsConnections = false
        present.holdings = ["postgres", "d", "shut", "vanished"].map { .init(role: "gone", database: $0) }
        let operation = [DeltaOperation(.deleteRole, "gone")]
        let plan = CatalogPlan(from: present, to: try spec(operation))
        // Before anybody says `REASSIGN OWNED`, which would give it to the owner of the database where that is said first.
        #expect(
            plan.statements(of: .sharedHoldings) == [
                #"ALTER DATABASE "d" OWNER TO "cloud_admin""#,
                #"REVOKE ALL ON DATABASE "postgres", "d", "shut" FROM "gone""#,
            ])
        let holdings = plan.steps.filter { $0.stage == .holdings }
        #expect(holdings.map(\.database) == ["postgres", "d", "shut"])
        #expect(
            holdings.map { $0.statements[0] } == [
                #"REASSIGN OWNED BY "gone" TO "a""#, #"REASSIGN OWNED BY "gone" TO "cloud_admin""#,
                #"REASSIGN OWNED BY "gone" TO "a""#,
            ])
        #expect(holdings.allSatisfy { $0.statements[1] == #"DROP OWNED BY "gone""# })
        #expect(plan.statements(of: .databases) == [#"ALTER DATABASE "shut" ALLOW_CONNECTIONS true"#])
        #expect(
            plan.statements(of: .removedRoles) == [
                #"ALTER DATABASE "shut" ALLOW_CONNECTIONS false"#, #"DROP ROLE IF EXISTS "gone""#,
            ])
        #expect(CatalogPlan(from: picture(roles: ["a"]), to: try spec(operation)).isEmpty)
    }

    @Test func `the privileged role is made, joined and let in once`() throws {
        let wanted = try spec([], roles: ["a"], databases: ["d"])
        let plan = CatalogPlan(from: picture(), to: wanted, privileged: "chief")
        #expect(plan.steps.map(\.stage) == [.privilegedRole, .roles, .memberships, .databases])
        #expect(plan.statements(of: .memberships) == [#"GRANT "chief" TO "a""#])
        #expect(plan.statements(of: .databases).last == #"GRANT ALL ON DATABASE "d" TO "chief""#)
        var present = picture(roles: ["chief", "a"], databases: [("d", "a")])
        present.privileged = ["a"]
        present.databases[0].isGranted = true
        #expect(CatalogPlan(from: present, to: wanted, privileged: "chief").isEmpty)
    }

    @Test func `inherited subscriptions are dropped once per branch`() throws {
        var wanted = try spec([])
        wanted.dropsSubscriptionsBeforeStart = true
        var present = picture(databases: [("d", "a")])
        present.subscriptions = [.init(name: "s", database: "d")]
        let plan = CatalogPlan(from: present, to: wanted)
        #expect(plan.statements(of: .inheritedSubscriptions).count == 3)
        #expect(plan.statements(of: .notes).last?.contains("VALUES (1, 'local')") ?? false)
        present.subscriptionsDroppedFor = "local"
        #expect(CatalogPlan(from: present, to: wanted).isEmpty)
        wanted.timelineID = "another"
        #expect(!CatalogPlan(from: present, to: wanted).isEmpty)
    }

    @Test func `extensions follow the preloaded libraries and the audit`() throws {
        var present = picture()
        present.preloadedLibraries = ["pg_stat_statements"]
        present.availableExtensions = ["pg_stat_statements": "1.10", "pgaudit": "1.7"]
        var wanted = try spec([])
        wanted.auditLogLevel = .base
        let plan = CatalogPlan(from: present, to: wanted)
        #expect(plan.steps.map(\.stage) == [.extensions, .audit, .audit])
        present.extensions = present.availableExtensions
        #expect(CatalogPlan(from: present, to: wanted).isEmpty)
        present.extensions["pg_stat_statements"] = "1.9"
        #expect(
            CatalogPlan(from: present, to: wanted).steps.flatMap(\.statements)
                == [#"ALTER EXTENSION "pg_stat_statements" UPDATE"#])
        wanted.auditLogLevel = .full
        #expect(
            CatalogPlan(from: present, to: wanted).problems.map(\.object) == [.installedExtension("pgauditlogtofile")])
    }

    @Test(arguments: [(0, 10), (5, 5), (10, 10), (29, 10), (30, 10), (100, 33), (299, 99), (300, 100), (5_000, 100)])
    func `how many sessions at once`(maxConnections: Int, width: Int) {
        #expect(CatalogConcurrency.beforeServing(maxConnections: maxConnections) == width)
        #expect(CatalogConcurrency.whileServing(0) == 1 && CatalogConcurrency.whileServing(7) == 7)
    }
}
