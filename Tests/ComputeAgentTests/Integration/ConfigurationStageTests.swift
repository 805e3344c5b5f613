import Foundation
import Logging
import NIOCore
import NIOPosix
import PostgresWire
import Synchronization
import TLSEngine
import Telemetry
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// Configurations on a real PostgreSQL: those that it takes, and those that it must never get to see.
@Suite(.serialized, .enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct ConfigurationStageTests {
    private func spec(_ fixture: ComputeFixture, _ settings: (String, String)...) throws -> ComputeSpec {
        var spec = try #require(try SpecText.read(fixture.spec()))
        spec.cluster.settings = settings.map { GenericOption(name: $0.0, value: $0.1, vartype: "string") }
        return spec
    }

    private func running(
        _ body: (ComputeFixture, PostgresKeeper) async throws -> Void
    ) async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let keeper = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
        _ = try await keeper.start(try spec(fixture))
        do { try await body(fixture, keeper) } catch {
            _ = await keeper.stop(.immediate)
            throw error
        }
        _ = await keeper.stop(.immediate)
    }

    private func show(_ name: String, _ keeper: PostgresKeeper) async throws -> String? {
        let login = await keeper.login()
        let session = try #require(try await login?.open())
        let rows = try await session.query("SHOW \(name)")
        await session.close()
        return rows.first?.first ?? nil
    }

    private func file(_ fixture: ComputeFixture, _ name: String = "postgresql.conf") throws -> String {
        try String(contentsOfFile: fixture.dataDirectory + "/" + name, encoding: .utf8)
    }

    @Test func `what Postgres cannot read never becomes its configuration`() async throws {
        try await running { fixture, keeper in
            try await keeper.reconfigure(try spec(fixture, ("work_mem", "7MB")))
            #expect(try await show("work_mem", keeper) == "7MB")
            let before = try file(fixture)
            for (name, value) in [
                ("work_mem", "lots"), ("no_such_setting", "1"), ("wal_level", "loud"),
                // Only a session can know that there is no such thing, so `postgres -C` lets it pass.
                ("default_text_search_config", "pg_catalog.klingon"),
            ] {
                let error = await #expect(throws: StorageFailure.self, "\(name)") {
                    try await keeper.reconfigure(try spec(fixture, (name, value), ("maintenance_work_mem", "9MB")))
                }
                #expect(error?.reason == .badConfiguration)
                #expect(error?.description.contains(name) == true, "\(String(describing: error))")
                #expect(try file(fixture) == before)
                #expect(try await show("work_mem", keeper) == "7MB")
            }
            #expect(!FileManager.default.fileExists(atPath: fixture.dataDirectory + "/postgresql.conf.candidate"))
        }
    }

    @Test func `a start with a bad setting fails before Postgres does, in its words`() async throws {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let keeper = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
        let error = await #expect(throws: StorageFailure.self) {
            _ = try await keeper.start(try spec(fixture, ("shared_buffers", "plenty")))
        }
        #expect(error?.reason == .badConfiguration)
        #expect(error?.description.contains(#"invalid value for parameter "shared_buffers""#) == true)
        _ = try await keeper.start(try spec(fixture, ("shared_buffers", "16MB")))
        #expect(try await show("shared_buffers", keeper) == "16MB")
        _ = await keeper.stop(.immediate)
    }

    @Test func `what waits for a restart is told, and an override lasts as long as the work`() async throws {
        try await running { fixture, keeper in
            let wanted = try spec(fixture, ("max_connections", "77"), ("work_mem", "5MB"))
            try await keeper.reconfigure(wanted)
            #expect(await keeper.pendingRestart == ["max_connections"])
            #expect(try await show("work_mem", keeper) == "5MB")
            #expect(try await show("max_connections", keeper) == "500")
            try await keeper.reconfigure(try spec(fixture, ("work_mem", "5MB")))
            #expect(await keeper.pendingRestart == [])
            try await override(fixture, keeper)
            try await loadWithoutAnswer(fixture)
        }
    }

    /// Also when the work fails.
    private func override(_ fixture: ComputeFixture, _ keeper: PostgresKeeper) async throws {
        struct Failed: Error {}
        let identifier = try #require(Int32(try file(fixture, "postmaster.pid").split(separator: "\n")[0]))
        let override = TemporaryOverride(
            directory: DataDirectory(fixture.dataDirectory), user: try SystemUser.forPostgres(requested: nil),
            reload: { ProcessTable.send(SIGHUP, to: identifier) })
        await #expect(throws: Failed.self) {
            try await override.during(["work_mem": "3MB"]) {
                try await eventually("override loaded") { try await show("work_mem", keeper) == "3MB" }
                throw Failed()
            }
        }
        #expect(try file(fixture, DataDirectory.overrideName) == "")
        try await eventually("override gone") { try await show("work_mem", keeper) == "5MB" }
    }

    /// A Postgres that cannot answer, perhaps for want of its pages, is told to load its files all the same.
    private func loadWithoutAnswer(_ fixture: ComputeFixture) async throws {
        struct NoAnswer: Error {}
        let configuration = try fixture.configuration(spec: fixture.spec())
        let stage = ConfigurationStage(
            directory: DataDirectory(fixture.dataDirectory), binaries: configuration.binaries,
            user: try SystemUser.forPostgres(requested: nil), log: configuration.log)
        let conf = PostgresConfFile(
            spec: try spec(fixture, ("work_mem", "6MB")), pageservers: nil, listenHost: "127.0.0.1",
            port: fixture.port)
        let files = try ConfigurationFiles(conf, certificates: configuration.certificates)
        let reloads = Mutex(0)
        let pending = try await stage.apply(
            files, isKnown: true, open: { throw NoAnswer() }, reload: { reloads.withLock { $0 += 1 } })
        #expect(pending == nil)
        #expect(reloads.withLock { $0 } == 1)
        #expect(try file(fixture).contains("work_mem = '6MB'"))
        // Where a role has lost its rights, what must be checked is taken back, and the rest is loaded.
        for (mayGoUnchecked, value) in [(false, "7MB"), (true, "8MB")] {
            var next = conf
            next.spec = try spec(fixture, ("work_mem", value))
            let files = try ConfigurationFiles(next, certificates: configuration.certificates)
            let refusal = UpstreamFailure(
                .rejected(ErrorResponse(SQLState("42501"), "permission denied"), frame: ByteBuffer()), "login")
            let apply = {
                try await stage.apply(
                    files, isKnown: true, mayGoUnchecked: mayGoUnchecked, open: { throw refusal },
                    reload: { reloads.withLock { $0 += 1 } })
            }
            if mayGoUnchecked {
                #expect(try await apply() == nil)
            } else {
                await #expect(throws: refusal) { _ = try await apply() }
            }
            #expect(try file(fixture).contains("work_mem = '\(mayGoUnchecked ? value : "6MB")'"))
        }
        #expect(reloads.withLock { $0 } == 3)
    }

    @Test func `files that an agent has left behind in an exchange, and that the Postgres it has left refuses`()
        async throws
    {
        let fixture = try ComputeFixture()
        let configuration = try fixture.configuration(spec: fixture.spec())
        let group = MultiThreadedEventLoopGroup.singleton
        let good = try spec(fixture, ("work_mem", "5MB"))
        // `postgres -C` lets it pass.
        let bad = try spec(fixture, ("default_text_search_config", "pg_catalog.klingon"))
        var lost: PostgresKeeper? = PostgresKeeper(configuration, on: group)
        let orphan = try await #require(lost).start(good)
        // Killed when the files were put, before Postgres was asked.
        _ = try await #require(lost).files(of: bad)
            .write(to: DataDirectory(fixture.dataDirectory), owner: try SystemUser.forPostgres(requested: nil))
        lost = nil
        #expect(try file(fixture, "postgresql.conf.former").contains("5MB"))
        try "an old key".write(
            toFile: fixture.dataDirectory + "/server.key.former", atomically: false, encoding: .utf8)

        let next = PostgresKeeper(configuration, on: group)
        let error = await #expect(throws: StorageFailure.self) { _ = try await next.start(bad) }
        #expect(error?.reason == .badConfiguration)
        #expect(await next.foundServing?.identifier == orphan.identifier)
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.dataDirectory)
        #expect(left.filter { $0.hasSuffix(".former") || $0.hasSuffix(".new") } == [])
        // A certificate stays due, and what was refused is refused again, though the files are the same.
        await #expect(throws: StorageFailure.self) { try await next.renewCertificates() }
        await #expect(throws: StorageFailure.self) { try await next.reconfigure(bad) }
        try await next.reconfigure(good)
        #expect(try await show("work_mem", next) == "5MB")
        #expect(try await next.renewCertificates() == false)
        #expect(await next.stop(.fast))
    }

    @Test func `a renewed certificate is shown, half a renewal is not`() async throws {
        try await running { fixture, keeper in
            let names = CertificateAuthority.Request(
                commonName: fixture.computeID, dnsNames: [fixture.computeID],
                uriNames: ["sidecar://compute/demo/\(fixture.computeID)"])
            let renewed = try fixture.authority.issue(names, now: Int64(Date().timeIntervalSince1970))
            var watch = CertificateWatch(AgentCertificates(folder: fixture.file("certs")))
            let isNewAtOnce = watch.look()
            try SecureFile.write(Array(renewed.certificatePEM.utf8), to: fixture.certificate("tls.crt"))
            let isHalfNew = watch.look()
            let before = try file(fixture, "server.crt")
            await #expect(throws: StorageFailure.self) { try await keeper.renewCertificates() }
            #expect(try file(fixture, "server.crt") == before)
            try SecureFile.write(Array(renewed.privateKeyPEM.utf8), to: fixture.certificate("tls.key"))
            let looks = [isNewAtOnce, isHalfNew, watch.look(), watch.look()]
            #expect(looks == [false, true, true, false])
            try await keeper.renewCertificates()
            #expect(try file(fixture, "server.crt") == renewed.certificatePEM)
            let key = try FileManager.default.attributesOfItem(atPath: fixture.dataDirectory + "/server.key")
            #expect(key[.posixPermissions] as? Int == 0o600)
            let client = try await fixture.connect()
            await client.close()
        }
    }
}
