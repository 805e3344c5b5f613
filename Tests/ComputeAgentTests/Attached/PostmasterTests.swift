import Foundation
import Glibc
import TestKit
import Testing

@testable import ComputeAgent

@Suite struct PostmasterTests {
    @Test func `a postmaster is asked for what a postmaster understands`() {
        #expect(
            PostmasterWords.command(for: SIGINT, to: 17)
                == "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null && kill -INT 17'")
        #expect(PostmasterWords.command(for: SIGTERM, to: 17)?.contains("-TERM 17") == true)
        #expect(PostmasterWords.command(for: SIGQUIT, to: 17)?.contains("-QUIT 17") == true)
        #expect(PostmasterWords.command(for: SIGHUP, to: 17)?.contains("-HUP 17") == true)
        // Nobody could wake it, or it would be forced.
        for signal in [SIGSTOP, SIGCONT, SIGKILL] { #expect(PostmasterWords.command(for: signal, to: 17) == nil) }
        for identifier in [Int32(1), 0, -1] { #expect(PostmasterWords.command(for: SIGINT, to: identifier) == nil) }
    }

    @Test func `a number in a file counts only for who works in that very directory`() async throws {
        let folder = try TemporaryFolder()
        let (data, elsewhere) = (folder.file("data"), folder.file("elsewhere"))
        for path in [data, elsewhere] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let inside = try Bystander(in: data)
        let outside = try Bystander(in: elsewhere)
        try await eventually("both are there") { inside.isThere && outside.isThere }
        let sight = PostmasterSight(directory: DataDirectory(data))
        #expect(sight.identifier() == nil)
        let write = { (text: String) in
            try text.write(toFile: data + "/postmaster.pid", atomically: false, encoding: .utf8)
        }
        try write("\(inside.processID)\n\(data)\n")
        #expect(sight.identifier() == inside.processID)
        // The same directory by another name, as another container has it mounted.
        symlink(data, folder.file("mounted"))
        #expect(PostmasterSight(directory: DataDirectory(folder.file("mounted"))).isWorking(inside.processID))
        for text in ["\(outside.processID)\n", "1\n", "0\n", "-1\n", "\n", "", "x\n", "999999999\n"] {
            try write(text)
            #expect(sight.identifier() == nil, "\(text.debugDescription)")
        }
    }
}
