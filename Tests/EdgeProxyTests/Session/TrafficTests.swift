import EdgeProxy
import Foundation
import PostgresWire
import TestKit
import Testing
import Transport

/// The programs that people use, through a proxy with TLS on both sides.
@Suite(.enabled(if: PostgresServer.binaries != nil, "needs Debian's postgresql"), WithCompute())
struct TrafficTests {
    private func run(_ program: String, _ arguments: [String], through proxy: RunningProxy) throws -> (Int32, String) {
        let child = Process()
        child.executableURL = URL(filePath: "/usr/bin/env")
        child.arguments = [program] + arguments
        child.environment = ProcessInfo.processInfo.environment.merging([
            "PGPASSWORD": EdgeFixture.password, "PGHOST": "demo.localtest.me", "PGHOSTADDR": "127.0.0.1",
            "PGPORT": "\(proxy.socket.port)", "PGUSER": EdgeFixture.role, "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": proxy.fixture.caFile,
        ]) { $1 }
        let output = Pipe()
        child.standardOutput = output
        child.standardError = output
        try child.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        return (child.terminationStatus, text)
    }

    @Test func `a large COPY out and in is the same data`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        let folder = try TemporaryFolder()
        let rows = "select g, repeat(md5(g::text), 8) from generate_series(1, 100000) g"
        let script = """
            create table source as \(rows);
            create table target (like source);
            \\copy source to '\(folder.file("copied"))'
            \\copy target from '\(folder.file("copied"))'
            select count(*), count(*) filter (where s is null) from target left join source s using (g);
            """
        try script.write(toFile: folder.file("script"), atomically: true, encoding: .utf8)
        let (status, text) = try run(
            "psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-f", folder.file("script")], through: proxy)
        #expect(status == 0, "\(text)")
        #expect(text.split(separator: "\n").last == "100000|0", "\(text)")
        await proxy.stop()
    }

    @Test func `pgbench finds nothing to complain about`() async throws {
        let proxy = try await #require(EdgeFixture.current).proxy()
        let (made, making) = try run("pgbench", ["-i", "-q", "-s", "1"], through: proxy)
        #expect(made == 0, "\(making)")
        for mode in [["-S", "-M", "prepared"], ["-M", "extended"], ["-C", "-S"]] {
            let (status, text) = try run("pgbench", ["-n", "-c", "8", "-j", "2", "-t", "25"] + mode, through: proxy)
            #expect(status == 0, "\(mode): \(text)")
            #expect(text.contains("number of transactions actually processed: 200/200"), "\(mode): \(text)")
        }
        try await eventually("all sessions have ended") { proxy.runner.registry.count == 0 }
        await proxy.stop()
    }
}
