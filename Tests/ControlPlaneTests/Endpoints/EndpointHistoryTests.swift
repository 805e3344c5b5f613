import Foundation
import Glibc
import Synchronization
import Telemetry
import TestKit
import Testing

@testable import ControlPlane

struct EndpointHistoryTests {
    private static func entry(_ number: Int) -> HistoryEntry {
        HistoryEntry(atUnixMicros: Int64(number), generation: 1, event: "event \(number)")
    }

    @Test func `it is read again in order`() throws {
        let path = try TemporaryFolder()
        var history = try EndpointHistory(path: path.file("history.jsonl"))
        for number in 0..<3 { try history.append(Self.entry(number)) }
        #expect(try EndpointHistory(path: path.file("history.jsonl")).entries == (0..<3).map(Self.entry))
    }

    @Test func `it is bounded in memory and on disk`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.jsonl")
        var history = try EndpointHistory(path: path)
        for number in 0..<1_000 {
            try history.append(Self.entry(number))
            if number % 100 == 0 {
                let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
                #expect(lines <= 2 * EndpointHistory.limit)
            }
        }
        #expect(history.entries == (800..<1_000).map(Self.entry))
        #expect(try EndpointHistory(path: path).entries == history.entries)
    }

    @Test func `a line that a crash cut short is dropped, and the next one stands alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.jsonl")
        var history = try EndpointHistory(path: path)
        try history.append(Self.entry(1))
        let torn = try SecureFile.read(path) + Array("{\"at_unix".utf8)
        try SecureFile.write(torn, to: path)
        history = try EndpointHistory(path: path)
        try history.append(Self.entry(2))
        #expect(try EndpointHistory(path: path).entries == [Self.entry(1), Self.entry(2)])
    }

    @Test func `what a full disk cut short is taken back, and the next line stands alone`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.jsonl")
        let room = Mutex(Int.max)
        var history = try EndpointHistory(path: path) { file, bytes in
            Glibc.write(file, bytes.baseAddress, min(bytes.count, room.withLock { $0 }))
        }
        try history.append(Self.entry(1))
        room.withLock { $0 = 10 }
        let failure = #expect(throws: EndpointHistory.Failure.self) { try history.append(Self.entry(2)) }
        #expect(failure?.description.contains("No space left") == true)
        #expect(try EndpointHistory(path: path).entries == [Self.entry(1)])
        room.withLock { $0 = .max }
        try history.append(Self.entry(3))
        #expect(history.entries == [Self.entry(1), Self.entry(3)])
        let lines = try SecureFile.read(path).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 2)
        #expect(try EndpointHistory(path: path).entries == history.entries)
    }

    @Test func `what cannot be written is not in it`() throws {
        var history = try EndpointHistory(path: "/nonexistent/history.jsonl")
        #expect(throws: (any Error).self) { try history.append(Self.entry(1)) }
        #expect(history.entries.isEmpty)
    }
}
