import Foundation
import TestKit
import Testing

@testable import ControlPlane

struct ChildProcessTests {
    private func start(_ script: String, in folder: TemporaryFolder, announces: Bool = false) async throws
        -> ChildProcess
    {
        try await ChildProcess.start(
            .init(
                executable: "/bin/sh", arguments: ["-c", script], logFile: folder.file("log"),
                announcesReadiness: announces))
    }

    @Test func `its exit is told, and its words are in its log`() async throws {
        let folder = try TemporaryFolder()
        let child = try await start("echo out; echo err >&2; exit 3", in: folder)
        #expect(await child.waitForExit() == "exited 3")
        #expect(child.hasExited)
        let log = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
        #expect(log == "out\nerr\n")
        child.send(SIGTERM)  // To nobody.
    }

    @Test func `its first line is the announcement`() async throws {
        let folder = try TemporaryFolder()
        let child = try await start("echo ready one; echo two; read line", in: folder, announces: true)
        #expect(await child.waitForAnnouncement() == "ready one")
        child.send(SIGTERM)
        #expect(await child.waitForExit() == "signal 15")
        let silent = try await start("exit 0", in: folder, announces: true)
        #expect(await silent.waitForAnnouncement() == nil)
    }

    @Test func `it is in a process group of its own, which can be ended as a whole`() async throws {
        let folder = try TemporaryFolder()
        let child = try await start("sleep 1000 & echo ready; wait", in: folder, announces: true)
        #expect(await child.waitForAnnouncement() == "ready")
        #expect(getpgid(child.processID) == child.processID)
        child.killGroup()
        #expect(await child.waitForExit() == "signal 9")
        let group = child.processID
        try await eventually("the whole group is gone") { kill(-group, 0) != 0 }
    }

    @Test func `its standard input stays open while it runs`() async throws {
        let folder = try TemporaryFolder()
        let child = try await start("if read line; then exit 1; else exit 7; fi", in: folder)
        // Reading the end of the lifeline would end it with 7.
        child.send(SIGKILL)
        #expect(await child.waitForExit() == "signal 9")
    }

    @Test func `a program that is not there is a failure that names it`() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: ChildProcess.Failure.self) {
            try await ChildProcess.start(
                .init(executable: "/nonexistent/program", arguments: [], logFile: folder.file("log")))
        }
        #expect(error?.description.contains("could not be started") == true)
    }

    @Test func `a free port is free, and a taken one is not`() throws {
        let port = try #require(FreePort.pick())
        #expect(FreePort.obstacle(host: "127.0.0.1", port: port) == nil)
        let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(taken) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(taken, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(taken, 1) == 0
            }
        }
        try #require(isBound)
        #expect(FreePort.obstacle(host: "127.0.0.1", port: port) == EADDRINUSE)
    }
}
