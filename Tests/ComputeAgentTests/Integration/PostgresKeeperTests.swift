import Foundation
import Logging
import NIOPosix
import Synchronization
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// On a real PostgreSQL, each on a port and data directory of its own.
@Suite(.serialized, .enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct PostgresKeeperTests {
    private func keeper(_ configuration: AgentConfiguration) -> PostgresKeeper {
        PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
    }

    @Test func `first start makes the cluster, roles and databases; the second finds them`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())

        let first = keeper(configuration)
        _ = try await first.start(spec)
        let client = try await fixture.connect()
        try await client.query("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
        await client.close()
        #expect(await first.stop(.fast))
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)

        let second = keeper(configuration)
        _ = try await second.start(spec)
        let again = try await fixture.connect()
        #expect(try await again.query("SELECT word FROM kept") == [["still here"]])
        await again.close()

        let found = await second.login()
        let login = try #require(found)
        let administrator = try await login.open()
        let applier = CatalogApplier(login: login, privileged: nil, log: configuration.log)
        #expect(try await applier.plan(spec, over: administrator).isEmpty)
        await administrator.close()
        #expect(await second.stop(.immediate))

        let mode = try FileManager.default.attributesOfItem(atPath: fixture.dataDirectory + "/server.key")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        let secret = try FileManager.default.attributesOfItem(atPath: fixture.dataDirectory + ".admin-password")
        #expect(secret[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a changed spec is applied to the running server`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let keeper = keeper(configuration)
        _ = try await keeper.start(try #require(try await configuration.specSource.fetch()))
        let wider = try #require(
            try SpecText.read(
                fixture.spec(
                    roles: #"{"name": "app", "encrypted_password": "\#(ComputeFixture.verifier(of: "other"))"},"#
                        + #"{"name": "Zweite \"Rolle\"", "options": [{"name": "createdb", "vartype": "bool"}]}"#,
                    databases: #"{"name": "shop", "owner": "Zweite \"Rolle\""}, {"name": "a'b", "owner": "app"}"#)))
        try await keeper.reconfigure(wider)
        let client = try await fixture.connect(database: "a'b", password: "other")
        #expect(
            try await client.query("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'")
                == [[#"Zweite "Rolle""#]])
        await client.close()

        let found = await keeper.login()
        let login = try #require(found)
        let administrator = try await login.open()
        let applier = CatalogApplier(login: login, privileged: nil, log: configuration.log)
        #expect(try await applier.apply(wider, over: administrator, isServing: true) == CatalogReport())
        await administrator.close()
        #expect(await keeper.stop(.fast))
    }

    @Test func `a migration that failed is tried again at the next start of the same spec`() async throws {
        let fixture = try ComputeFixture()
        var configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        let first = keeper(configuration)
        _ = try await first.start(spec)
        var session = try await first.open()
        try await session.query(
            """
            CREATE SCHEMA neon_migration; CREATE TABLE neon_migration.migration_id (key int PRIMARY KEY DEFAULT 0, \
            id bigint NOT NULL DEFAULT 0 CONSTRAINT stuck CHECK (id < 4))
            """)
        await session.close()
        #expect(await first.stop(.fast))

        configuration.privilegedRole = "chief"
        let question = "SELECT id FROM neon_migration.migration_id"
        let second = keeper(configuration)
        _ = try await second.start(spec)
        session = try await second.open()
        #expect(try await session.query(question) == [["3"]])
        try await session.query("ALTER TABLE neon_migration.migration_id DROP CONSTRAINT stuck")
        await session.close()
        #expect(await second.stop(.fast))

        let third = keeper(configuration)
        _ = try await third.start(spec)
        session = try await third.open()
        #expect(try await session.query(question) == [["12"]])
        await session.close()
        #expect(await third.stop(.fast))
    }

    @Test func `a half-made data directory is made anew`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let half = fixture.dataDirectory + ".partial"
        try FileManager.default.createDirectory(atPath: half + "/base", withIntermediateDirectories: true)
        try Data("15".utf8).write(to: URL(fileURLWithPath: half + "/PG_VERSION"))
        let keeper = keeper(configuration)
        _ = try await keeper.start(try #require(try await configuration.specSource.fetch()))
        #expect(!FileManager.default.fileExists(atPath: half))
        #expect(await keeper.stop(.fast))
    }

    @Test func `a folder with other files is left untouched`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        try FileManager.default.createDirectory(atPath: fixture.dataDirectory, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: fixture.dataDirectory + "/thesis.txt"))
        let spec = try #require(try await configuration.specSource.fetch())
        await #expect(throws: StorageFailure.self) { _ = try await keeper(configuration).start(spec) }
        #expect(FileManager.default.fileExists(atPath: fixture.dataDirectory + "/thesis.txt"))
    }

    @Test func `a server left by a killed agent is ended first`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        // An agent that starts a server and is never heard of again, but for its lock, which the kernel takes back.
        var lost: PostgresKeeper? = keeper(configuration)
        let orphan = try await #require(lost).start(spec)
        lost = nil

        let next = keeper(try fixture.configuration(generation: 2, spec: fixture.spec()))
        let process = try await next.start(spec)
        #expect(process.identifier != orphan.identifier)
        #expect(orphan.exited != nil)
        #expect(await next.stop(.fast))
    }

    @Test func `the same agent, started again, goes on with its server and its sessions`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        var lost: PostgresKeeper? = keeper(configuration)
        let orphan = try await #require(lost).start(spec)
        lost = nil
        let client = try await fixture.connect()
        // As when the agent was killed behind its shut door.
        orphan.send(SIGSTOP)

        var wanted = spec
        wanted.cluster.settings = [GenericOption(name: "max_connections", value: "77", vartype: "integer")]

        var next = keeper(configuration)
        var process = try await next.start(spec)
        #expect(process.identifier == orphan.identifier)
        #expect(try await client.query("SELECT 1") == [["1"]])
        #expect(await next.pendingRestart.isEmpty)
        try await next.reconfigure(wanted)
        #expect(await next.pendingRestart == ["max_connections"])
        await client.close()

        // Whoever comes after this one knows it too: the Postgres is the same.
        next = keeper(configuration)
        process = try await next.start(wanted)
        #expect(process.identifier == orphan.identifier)
        #expect(await next.pendingRestart == ["max_connections"])
        #expect(await next.stop(.fast))
        #expect(process.exited != nil)
        guard case .at = await next.finalPosition() else {
            Issue.record("the end of the log is not known")
            return
        }
    }

    @Test func `two agents do not share a data directory`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        let first = keeper(configuration)
        _ = try await first.start(spec)
        await #expect(throws: StorageFailure.self) { _ = try await keeper(configuration).start(spec) }
        #expect(await first.isRunning)
        #expect(await first.stop(.fast))
    }

    @Test func `a bad setting is told in Postgres's own words`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(
            spec: SpecText.local(settings: #"{"name": "shared_buffers", "value": "nonsense", "vartype": "enum"}"#))
        let spec = try #require(try await configuration.specSource.fetch())
        let keeper = keeper(configuration)
        do {
            _ = try await keeper.start(spec)
            Issue.record("started with a bad setting")
        } catch {
            #expect("\(error)".contains("FATAL"), "\(error)")
        }
        #expect(await keeper.stop(.fast))
    }

    @Test func `a stop wins over a start that is under way`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        let keeper = keeper(configuration)
        let started = Task { _ = try await keeper.start(spec) }
        try await eventually("initdb is at work") {
            FileManager.default.fileExists(atPath: fixture.dataDirectory + ".partial/PG_VERSION")
        }
        _ = await keeper.stop(.fast)
        await #expect(throws: (any Error).self) { try await started.value }
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory + ".partial").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: fixture.dataDirectory + ".partial"))
    }

    private final class WrongClock: Sendable {
        /// In microseconds.
        let error = Mutex(Int64(0))
    }

    @Test func `the monitor sees a client come, work and leave`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        let keeper = keeper(configuration)
        _ = try await keeper.start(spec)
        let found = await keeper.login()
        let login = try #require(found)
        let (seen, note) = AsyncStream.makeStream(of: Activity.self)
        let clock = WrongClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var watch = ActivityWatch(
                    login: login, runningSinceMicros: UnixClock.micros(), lookLimit: .seconds(5),
                    silenceLimit: .seconds(30), knockInterval: .seconds(10), policy: ActivityPolicy(),
                    log: configuration.log)
                watch.timeOfDay = { UnixClock.micros() + clock.error.withLock { $0 } }
                while !Task.isCancelled {
                    if let activity = await watch.look().activity { note.yield(activity) }
                    try? await Task.sleep(for: .milliseconds(10))
                }
                await watch.close()
            }
            var news = seen.makeAsyncIterator()
            let client = try await fixture.connect()
            try await client.query("BEGIN")
            while case .idle = await news.next() {}  // The connecting itself may show as a visit.
            let before = UnixClock.micros()
            try await client.query("COMMIT")
            guard case .idle(let since) = await news.next() else {
                Issue.record("not idle after the end of the transaction")
                return
            }
            #expect((before - 1_000_000...UnixClock.micros()).contains(since))
            // The clock is set back, then ahead: the client that is still there has been idle for as long as before.
            for hours in [Int64(-1), 1] {
                let error = hours * 3_600_000_000
                clock.error.withLock { $0 = error }
                guard case .idle(let moved) = await news.next() else {
                    Issue.record("not idle when the clock is set")
                    return
                }
                #expect(abs(moved - since - error) < 1_000_000)
            }
            try await client.query("BEGIN")
            guard case .active(_, .client) = await news.next() else {
                Issue.record("the clock has made something else than the client news")
                return
            }
            await client.close()
            _ = await keeper.stop(.immediate)
            while let activity = await news.next(), activity != .unknown {}
            group.cancelAll()
        }
    }

    @Test func `behind the shut door nobody comes in, and whoever is on the way in is seen`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let keeper = keeper(configuration)
        let process = try await keeper.start(try #require(try await configuration.specSource.fetch()))
        let inside = try await fixture.connect()
        #expect(await !keeper.isSomebodyEntering())

        // Has a backend of its own, and has not said who it is.
        let silent = try await Dialer.connect(
            host: "127.0.0.1", port: fixture.port, on: MultiThreadedEventLoopGroup.singleton.next(),
            timeout: .seconds(5))
        try await eventually("it is seen on its way in") { await keeper.isSomebodyEntering() }
        await silent.close()
        try await eventually("it is gone") { await !keeper.isSomebodyEntering() }

        #expect(await keeper.shutDoor())
        async let late = fixture.connect()
        #expect(try await inside.query("SELECT 1") == [["1"]])
        #expect(await !keeper.isSomebodyEntering())
        let others = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND pid <> pg_backend_pid()"
        #expect(try await inside.query(others) == [["0"]])
        await keeper.openDoor()
        let client = try await late
        #expect(try await client.query("SELECT 2") == [["2"]])
        await client.close()

        // A door that was left shut is no obstacle to a stop, and nobody is let in behind it.
        #expect(await keeper.shutDoor())
        await keeper.letNobodyIn()
        #expect(try await inside.query("SELECT 3") == [["3"]])
        let refusal = await #expect(throws: UpstreamFailure.self) { _ = try await fixture.connect() }
        #expect(
            refusal.map { "\($0)".contains("57P03") || "\($0)".contains("shutting down") } == true, "\(refusal as Any)")
        #expect(await keeper.shutDoor())
        #expect(await keeper.stop(.fast))
        #expect(process.exited?.isClean == true)
        await inside.close()
    }

    @Test func `a bystander in the data directory is none of Postgres's processes`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let spec = try #require(try await configuration.specSource.fetch())
        let first = keeper(configuration)
        _ = try await first.start(spec)
        #expect(!ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        let shell = try Bystander(in: fixture.dataDirectory)
        try await eventually("somebody is there") { shell.isThere }
        #expect(!ProcessTable.processes(workingIn: fixture.dataDirectory).contains(shell.processID))
        #expect(await first.stop(.fast))
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        #expect(shell.endedBy == nil)
    }
}

extension PostgresKeeper {
    /// A session of the agent's.
    fileprivate func open() async throws -> PostgresConnection {
        let login = login()
        return try await #require(login).open()
    }
}
