import NIOPosix
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// Whatever a spec lets Postgres tell of statements: the verifiers in ours are not told.
@Suite(.enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct CatalogSecretsTests {
    private static let settings = [
        ("log_statement", "all"), ("log_min_duration_statement", "0"), ("log_min_duration_sample", "0"),
        ("log_statement_sample_rate", "1"), ("log_transaction_sample_rate", "1"), ("debug_print_parse", "on"),
        ("debug_print_rewritten", "on"), ("log_min_error_statement", "debug5"),
        ("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.track", "all"),
        ("pg_stat_statements.track_utility", "on"), ("track_activity_query_size", "100kB"),
    ]

    private func spec(_ fixture: ComputeFixture, passwords: [String]) throws -> ComputeSpec {
        let roles = passwords.enumerated().map { position, password in
            let name = position == 0 ? "app" : "app\(position)"
            return #"{"name": "\#(name)", "encrypted_password": "\#(ComputeFixture.verifier(of: password))"}"#
        }
        var spec = try #require(try SpecText.read(fixture.spec(roles: roles.joined(separator: ","))))
        spec.cluster.settings = Self.settings.map { GenericOption(name: $0.0, value: $0.1, vartype: "string") }
        return spec
    }

    @Test func `no verifier is in the log, in the statistics, or to be seen while it is said`() async throws {
        let fixture = try ComputeFixture()
        let said = KeptLog.Lines()
        var configuration = try fixture.configuration(spec: fixture.spec())
        configuration.log = KeptLog.logger(into: said)
        let keeper = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
        _ = try await keeper.start(try spec(fixture, passwords: ["secret", "other"]))

        let client = try await fixture.connect()
        try await client.query("CREATE TABLE seen_of_clients (n int)")
        await client.close()
        let found = await keeper.login()
        let login = try #require(found)
        let watching = try await login.open()
        // Whoever changes a role waits for this.
        try await watching.query("BEGIN; LOCK TABLE pg_catalog.pg_authid IN EXCLUSIVE MODE")
        let wanted = try spec(fixture, passwords: ["secret", "changed"])
        async let change: Void = keeper.reconfigure(wanted)
        let waits =
            "SELECT count(*) FROM pg_catalog.pg_locks WHERE relation = 'pg_catalog.pg_authid'::regclass AND NOT granted"
        try await eventually("a change of a role is said") { try await watching.query(waits) == [["1"]] }
        let others = "SELECT query FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid()"
        let seen = try await watching.query(others)
        #expect(!seen.contains { $0.first??.contains("SCRAM-SHA-256$") == true }, "\(seen)")
        try await watching.query("COMMIT")
        try await change

        let statements = try await watching.query("SELECT query FROM public.pg_stat_statements").compactMap {
            $0.first ?? nil
        }
        #expect(!statements.contains { $0.contains("SCRAM-SHA-256$") })
        #expect(statements.contains { $0.contains("pg_authid") }, "what holds no secret is counted as ever")
        await watching.close()
        #expect(await keeper.stop(.fast))
        #expect(said.all.contains { $0.contains("CREATE TABLE seen_of_clients") }, "the settings are in force")
        #expect(!said.all.contains { $0.contains("SCRAM-SHA-256$") })
    }
}
