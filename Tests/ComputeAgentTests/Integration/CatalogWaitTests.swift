import Foundation
import NIOPosix
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// An apply whose statements wait for somebody, on a real PostgreSQL.
@Suite(.enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct CatalogWaitTests {
    /// A compute where `app` sits on a table that `goes` owns, and a spec without `goes`.
    private struct Held {
        let fixture: ComputeFixture
        let keeper: PostgresKeeper
        let client: PostgresConnection
        let backend: String
        let next: ComputeSpec

        init(_ limits: CatalogLimits) async throws {
            fixture = try ComputeFixture()
            let app = #"{"name": "app", "encrypted_password": "\#(ComputeFixture.verifier)"}"#
            let goes = #"{"name": "goes", "encrypted_password": "\#(ComputeFixture.verifier)"}"#
            var configuration = try fixture.configuration(spec: fixture.spec(roles: app + "," + goes))
            let present = try #require(try await configuration.specSource.fetch())
            // A first start takes its time; the limits are those of an agent that comes after it.
            var first: PostgresKeeper? = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
            _ = try await #require(first).start(present)
            first = nil
            configuration.catalogLimits = limits
            keeper = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
            _ = try await keeper.start(present)
            client = try await fixture.connect()
            try await client.query("GRANT CREATE ON SCHEMA public TO goes")
            let owner = try await fixture.connect(user: "goes")
            try await owner.query("CREATE TABLE public.theirs (n int); GRANT SELECT ON public.theirs TO app")
            await owner.close()
            try await client.query("BEGIN; SELECT * FROM public.theirs")
            backend = try #require(try await client.query("SELECT pg_backend_pid()").first?.first ?? nil)
            var spec = try #require(try SpecText.read(fixture.spec(roles: app)))
            spec.deltaOperations = [DeltaOperation(.deleteRole, "goes")]
            next = spec
        }

        /// The transaction is over: what could not be done can.
        func isDoneAfterwards() async throws {
            #expect(await keeper.isRunning)
            #expect(try await client.query("SELECT 1") == [["1"]])
            try await client.query("COMMIT")
            try await keeper.reconfigure(next)
            #expect(try await client.query("SELECT count(*) FROM pg_roles WHERE rolname = 'goes'") == [["0"]])
            await client.close()
            #expect(await keeper.stop(.fast))
        }
    }

    @Test func `who holds a lock for too long is named`() async throws {
        var limits = CatalogLimits()
        // The one who looks on has to log in within the last of them, also on a busy machine.
        limits.lock = .seconds(3)
        limits.lockTries = 2
        let held = try await Held(limits)
        let failure = await #expect(throws: CatalogFailure.self) { try await held.keeper.reconfigure(held.next) }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains(#"what role "goes" has in database "shop": 55P03"#), "\(text)")
        #expect(
            text.contains(
                #"2 times; held by pid \#(held.backend) (application "sidecar", role "app", idle in transaction)"#),
            "\(text)")
        try await held.isDoneAfterwards()
    }

    @Test func `a statement that takes too long is one that failed`() async throws {
        var limits = CatalogLimits()
        limits.statement = .milliseconds(500)
        let held = try await Held(limits)
        let failure = await #expect(throws: CatalogFailure.self) { try await held.keeper.reconfigure(held.next) }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains(#"what role "goes" has in database "shop": 57014"#), "\(text)")
        try await held.isDoneAfterwards()
    }

    @Test func `an apply that takes too long is given up, and says where`() async throws {
        var limits = CatalogLimits()
        limits.whole = .seconds(5)
        let held = try await Held(limits)
        let failure = await #expect(throws: CatalogUnfinished.self) { try await held.keeper.reconfigure(held.next) }
        #expect(
            failure.map { "\($0)" }
                == "roles and databases were not applied within 5.0 seconds; "
                + #"under way: what role "goes" has in database "shop""#)
        try await held.isDoneAfterwards()
    }

    @Test func `programs that say nothing are ended`() async throws {
        let fixture = try ComputeFixture()
        let programs = fixture.file("bin")
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
        for name in ["postgres", "initdb"] {
            let path = "\(programs)/\(name)"
            try Data("#!/bin/sh\nexec sleep 1000\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let binaries = try #require(PostgresBinaries(postgres: programs))
        let silent = await #expect(throws: TimeLimit.Passed.self) {
            _ = try await binaries.majorVersion(within: .milliseconds(50))
        }
        #expect(silent?.description == "postgres --version: no answer within 0.05 seconds")
        let log = try fixture.configuration(spec: fixture.spec()).log
        let storage = LocalStorage(
            directory: DataDirectory(fixture.dataDirectory), binaries: binaries, user: nil, log: log,
            initdbLimit: .milliseconds(50))
        let stuck = await #expect(throws: TimeLimit.Passed.self) { _ = try await storage.prepareCluster() }
        #expect(stuck?.description == "initdb: no answer within 0.05 seconds")
        #expect(!FileManager.default.fileExists(atPath: fixture.dataDirectory + ".partial"))
    }
}
