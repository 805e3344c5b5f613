import Foundation
import Glibc
import Logging
import TestKit
import Testing

@testable import ControlPlane

/// A program named `postgres` that only sleeps, in a folder of its own.
struct LeftoversTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("pgdata"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: folder.file("postgres"))
    }

    /// Tried more than once: while another test makes a child, that child may hold the fresh copy open for writing, and
    /// then the copy cannot be run.
    private func start(_ program: String, in directory: String) async throws -> Bystander {
        for _ in 0..<10 {
            let process = try Bystander(program, in: directory)
            try await eventually("it is there, or is not") { process.isThere || process.endedBy != nil }
            if process.endedBy == nil { return process }
        }
        throw NeverHappened("\(program) cannot be run")
    }

    @Test func `a Postgres in the folder is ended, and an operator's shell is not`() async throws {
        let data = folder.file("pgdata")
        let postgres = try await start(folder.file("postgres"), in: data)
        let elsewhere = try await start(folder.file("postgres"), in: folder.path)
        let shell = try await start("/bin/sleep", in: data)
        #expect(await Leftovers.end(in: data))
        try await eventually("it is gone") { postgres.endedBy != nil }
        #expect(shell.endedBy == nil && elsewhere.endedBy == nil)
        #expect(await !Leftovers.end(in: data))
    }

    @Test func `a program that was replaced since is still known, through a link as well`() async throws {
        let data = folder.file("pgdata")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: data)
        let postgres = try await start(folder.file("postgres"), in: data)
        try FileManager.default.removeItem(atPath: folder.file("postgres"))
        #expect(await Leftovers.end(in: folder.file("link"), gently: true))
        try await eventually("it is gone") { postgres.endedBy != nil }
    }

    @Test func `there is time for a checkpoint when somebody asks gently`() async throws {
        let data = folder.file("pgdata")
        let postgres = try await start(folder.file("postgres"), in: data)
        try "\(postgres.processID)\n\(data)\n".write(
            toFile: data + "/postmaster.pid", atomically: false, encoding: .utf8)
        #expect(await Leftovers.end(in: data, gently: true))
        try await eventually("it is gone") { postgres.endedBy != nil }
        #expect(postgres.endedBy == SIGINT)
    }

    @Test func `the starter ends those of every folder`() async throws {
        let computes = folder.file("computes")
        var left: [Bystander] = []
        for name in ["one", "two"] {
            let data = "\(computes)/\(name)/pgdata"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            left.append(try await start(folder.file("postgres"), in: data))
        }
        let starter = ProcessStarter(
            .init(
                executable: "/bin/false", folder: computes, logFolder: folder.path, reportTo: [], suspendAfter: nil),
            authority: try Authority(folder: folder.path, now: WallClock.unixSeconds()),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        await starter.endLeftovers()
        let processes = left
        try await eventually("both are gone") { processes.allSatisfy { $0.endedBy != nil } }
    }
}
