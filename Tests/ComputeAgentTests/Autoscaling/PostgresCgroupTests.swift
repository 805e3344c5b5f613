import Foundation
import TestKit
import Testing

@testable import ComputeAgent

/// Who is put into a cgroup, before what becomes of him; the folder is made up, and takes numbers as the kernel's does.
struct PostgresCgroupTests {
    private let place: TemporaryFolder
    private let cgroup: PostgresCgroup
    private var folder: String { place.path }

    init() throws {
        place = try TemporaryFolder()
        cgroup = PostgresCgroup(folder: place.path)
    }

    private func members(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/cgroup.procs"))
    }

    private func run(_ words: [String]) throws -> (code: Int32, said: String) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let said = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }

    @Test func `a program is put there under the number that it keeps`() throws {
        try members("1\n2\n")
        let (code, said) = try run(cgroup.words() + ["/bin/sh", "-c", "echo $$ \"$1\"", "sh", "a word; another"])
        let number = try String(contentsOfFile: folder + "/cgroup.procs", encoding: .utf8)
        #expect((code, said) == (0, "\(number.dropLast()) a word; another\n"))
    }

    @Test func `whoever starts it from there moves nothing`() throws {
        try members("1\n\(ProcessInfo.processInfo.processIdentifier)\n")
        #expect(try cgroup.words() == [])
    }

    @Test func `a folder that takes nobody is told of before`() throws {
        #expect(throws: PostgresCgroup.Failure.self) { try cgroup.words() }
    }

    @Test func `a kernel that refuses is told of as Postgres's last words`() throws {
        try members("")
        let words = try cgroup.words()
        try FileManager.default.removeItem(atPath: folder + "/cgroup.procs")
        try FileManager.default.createDirectory(atPath: folder + "/cgroup.procs", withIntermediateDirectories: false)
        let (code, said) = try run(words + ["/bin/echo", "not this"])
        #expect(
            code == 1 && said.contains("FATAL:  cannot be put into the cgroup: \(folder)") && !said.contains("not this")
        )
    }
}
