import Foundation
import Synchronization
import Telemetry
import TestKit
import Testing

@testable import Transport

struct KeyRingFileTests {
    private let folder: TemporaryFolder
    private let path: String
    private let ring = KeyRing(Sealing.key(1, 1))

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("keys")
        try write(ring)
    }

    @Test(arguments: [0o600, 0o400, 0o500, 0o700] as [UInt32]) func `its owner's file is taken`(mode: UInt32) throws {
        try write(ring, mode: mode)
        #expect(try KeyRingFile(path: path).read() == .init(ring: ring, warnings: []))
    }

    @Test(arguments: [0o440, 0o640] as [UInt32]) func `that the group can read it is warned of`(mode: UInt32) throws {
        try write(ring, mode: mode)
        let content = try KeyRingFile(path: path).read()
        #expect(content.ring == ring)
        #expect(content.warnings == ["\(path): has mode \(String(mode, radix: 8)): its group can read the keys"])
    }

    @Test(arguments: [0o644, 0o604, 0o602, 0o601, 0o660, 0o620, 0o777] as [UInt32])
    func `a file open to others is refused`(mode: UInt32) throws {
        try write(ring, mode: mode)
        #expect(throws: KeyRingFailure(path: path, problem: .open(mode: mode))) { try KeyRingFile(path: path).read() }
    }

    @Test func `what is no file, absent or too long is refused by name`() throws {
        let absent = folder.file("absent")
        let failure = try #require(throws: KeyRingFailure.self) { try KeyRingFile(path: absent).read() }
        #expect(failure.description == "\(absent): No such file or directory")
        #expect(throws: KeyRingFailure(path: folder.path, problem: .notAFile)) {
            try KeyRingFile(path: folder.path).read()
        }
        try SecureFile.write([UInt8](repeating: 10, count: KeyRingFile.sizeLimit + 1), to: path)
        #expect(throws: KeyRingFailure(path: path, problem: .tooLarge(limit: KeyRingFile.sizeLimit))) {
            try KeyRingFile(path: path).read()
        }
    }

    /// As Kubernetes changes a mounted secret: `keys` -> `..data/keys`, `..data` -> a folder per version.
    @Test func `a swapped link is noticed, trouble is told once, and the end of it too`() async throws {
        let next = Sealing.ring([Sealing.key(1, 1), Sealing.key(2, 2)], sending: 2)
        try makeVersion("v1", ring)
        try makeVersion("v2", next)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: folder.file("data"), withDestinationPath: "v1")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "data/keys")
        let file = KeyRingFile(path: path)
        let watcher = KeyRingWatcher(file: file, known: try file.read(), interval: .milliseconds(1))
        let news = Mutex<[KeyRingWatcher.News]>([])
        let watching = Task { await watcher.run { item in news.withLock { $0.append(item) } } }
        try point("data", to: "v2")
        try await eventually("the new ring") { news.withLock { $0.count } == 1 }
        try point("data", to: "nowhere")
        try await eventually("trouble") { news.withLock { $0.count } == 2 }
        try point("data", to: "v1")
        try await eventually("the first ring again") { news.withLock { $0.count } == 3 }
        watching.cancel()
        await watching.value
        let trouble = KeyRingFailure(path: path, problem: .unreadable("No such file or directory"))
        #expect(
            news.withLock { $0 } == [
                .changed(.init(ring: next, warnings: [])), .trouble(trouble), .changed(.init(ring: ring, warnings: [])),
            ])
    }

    private func write(_ ring: KeyRing, mode: UInt32 = 0o600) throws {
        try SecureFile.write(Array(ring.fileText.reveal().utf8), to: path, mode: mode)
    }

    private func makeVersion(_ name: String, _ ring: KeyRing) throws {
        try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        try SecureFile.write(Array(ring.fileText.reveal().utf8), to: folder.file(name) + "/keys", mode: 0o400)
    }

    private func point(_ name: String, to target: String) throws {
        let fresh = folder.file(name + ".new")
        try FileManager.default.createSymbolicLink(atPath: fresh, withDestinationPath: target)
        #expect(rename(fresh, folder.file(name)) == 0)
    }
}
