import ComputeAgent
import PostgresWire
import Testing

@Suite struct CatalogPlanTests {
    private let empty = CatalogPicture(roles: [], databases: [])

    private func cluster(
        _ roles: [ComputeSpec.Role], _ databases: [ComputeSpec.Database] = []
    ) throws -> ComputeSpec {
        var spec = try #require(try SpecText.read(SpecText.local()))
        spec.cluster.roles = roles
        spec.cluster.databases = databases
        return spec
    }

    @Test func `what is missing is made`() throws {
        let wanted = try cluster(
            [
                .init(name: #"app "owner""#, encryptedPassword: SpecText.verifier),
                .init(name: "b", encryptedPassword: nil),
            ],
            [
                .init(
                    name: "shop", owner: #"app "owner""#,
                    options: [.init(name: "encoding", value: "UTF8", vartype: "string")])
            ])
        let plan = CatalogPlan(from: empty, to: wanted)
        #expect(
            plan.statements(of: .roles) == [
                #"CREATE ROLE "app ""owner""" LOGIN PASSWORD '\#(SpecText.verifier)'"#, #"CREATE ROLE "b" LOGIN"#,
            ])
        #expect(plan.statements(of: .databases) == [#"CREATE DATABASE "shop" OWNER "app ""owner""" ENCODING 'UTF8'"#])
    }

    @Test func `what is right is left alone`() throws {
        let wanted = try cluster(
            [
                .init(
                    name: "a", encryptedPassword: SpecText.verifier,
                    options: [.init(name: "createdb", value: "true", vartype: "bool")])
            ], [.init(name: "d", owner: "a")])
        let present = CatalogPicture(
            roles: [.init(name: "a", verifier: SpecText.verifier, flags: [.createdb, .inherit])],
            databases: [.init(name: "d", owner: "a")])
        #expect(CatalogPlan(from: present, to: wanted).isEmpty)
    }

    @Test func `what differs is altered, and nothing else`() throws {
        let wanted = try cluster(
            [
                .init(
                    name: "a", encryptedPassword: SpecText.verifier,
                    options: [.init(name: "connection limit", value: "5", vartype: "integer")]),
                .init(name: "b", encryptedPassword: nil),
            ], [.init(name: "d", owner: "a"), .init(name: "half", owner: "a")])
        let present = CatalogPicture(
            roles: [
                .init(name: "a", verifier: "old", canLogin: false), .init(name: "b", verifier: "old"),
                .init(name: "stranger", verifier: nil),
            ], databases: [.init(name: "d", owner: "b"), .init(name: "half", owner: "a", isInvalid: true)])
        let plan = CatalogPlan(from: present, to: wanted)
        #expect(
            plan.statements(of: .roles) == [
                #"ALTER ROLE "a" LOGIN CONNECTION LIMIT 5 PASSWORD '\#(SpecText.verifier)'"#,
                #"ALTER ROLE "b" PASSWORD NULL"#,
            ])
        #expect(
            plan.statements(of: .databases) == [
                #"ALTER DATABASE "d" OWNER TO "a""#, #"CREATE DATABASE "half" OWNER "a""#,
            ])
        #expect(plan.statements(of: .invalidDatabases) == [#"DROP DATABASE IF EXISTS "half" WITH (FORCE)"#])
    }

    @Test(arguments: [
        ("a", "'a'"), ("it's", "'it''s'"), (#"a\'b"#, #" E'a\\''b'"#),
    ])
    func `a literal ends where it should`(value: String, literal: String) {
        #expect(SQLText.literal(value) == literal)
    }
}
