import Foundation
import TestKit
import Testing

@testable import ComputeAgent

/// Files that take the place of others, all or none.
@Suite struct ConfigurationExchangeTests {
    private let folder: TemporaryFolder
    private let names = ["a", "b", "c"]

    init() throws {
        folder = try TemporaryFolder()
        for name in names where name != "c" {
            try OwnedFile.write("old \(name)", to: folder.file(name), owner: nil)
        }
    }

    /// By name.
    private func contents() throws -> [String: String] {
        let found = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: found.map { ($0, try String(contentsOfFile: folder.file($0), encoding: .utf8)) })
    }

    private func exchange() throws -> ConfigurationExchange {
        var exchange = ConfigurationExchange()
        for name in names {
            let written = try OwnedFile.beside(Array("new \(name)".utf8), folder.file(name), owner: nil)
            exchange.add(try #require(written))
        }
        return exchange
    }

    private static let old = ["a": "old a", "b": "old b"]
    private static let new = ["a": "new a", "b": "new b", "c": "new c"]

    @Test func `it is done, and settled, and nothing else is left`() throws {
        var exchange = try exchange()
        #expect(try contents().filter { names.contains($0.key) } == Self.old)
        try exchange.put()
        #expect(try contents().filter { names.contains($0.key) } == Self.new)
        exchange.settle()
        #expect(try contents() == Self.new)
        // What is settled stays.
        exchange.takeBack()
        #expect(try contents() == Self.new)
    }

    @Test func `it is taken back before and after it was done, also where there was nothing`() throws {
        for isPut in [false, true] {
            var exchange = try exchange()
            if isPut { try exchange.put() }
            exchange.takeBack()
            #expect(try contents() == Self.old)
        }
    }

    @Test func `one that cannot be put leaves all as they were`() throws {
        var exchange = try exchange()
        // Nothing takes the place of a folder that holds something.
        try FileManager.default.createDirectory(atPath: folder.file("c/d"), withIntermediateDirectories: true)
        #expect(throws: StorageFailure.self) { try exchange.put() }
        exchange.takeBack()
        try FileManager.default.removeItem(atPath: folder.file("c"))
        #expect(try contents() == Self.old)
    }

    @Test func `one that fails when the old file has its second name leaves no second name`() throws {
        var exchange = try exchange()
        // It is linked, and then there is nothing to take its place.
        try FileManager.default.removeItem(atPath: folder.file("b.new"))
        #expect(throws: StorageFailure.self) { try exchange.put() }
        exchange.takeBack()
        #expect(try contents() == Self.old)
    }

    @Test func `what was left behind is cleared away, and nothing else`() throws {
        var left = try exchange()
        try left.put()
        _ = try OwnedFile.beside(Array("newer a".utf8), folder.file("a"), owner: nil)
        #expect(try contents().keys.sorted() == ["a", "a.former", "a.new", "b", "b.former", "c"])
        for name in names { ConfigurationExchange.clear(folder.file(name)) }
        #expect(try contents() == Self.new)
    }

    @Test func `what an agent has left that was killed in the middle of it is no hindrance`() throws {
        var left = try exchange()
        try left.put()
        var next = try ["a", "b", "c"].reduce(into: ConfigurationExchange()) { exchange, name in
            exchange.add(
                try #require(try OwnedFile.beside(Array("newer \(name)".utf8), folder.file(name), owner: nil)))
        }
        try next.put()
        next.takeBack()
        #expect(try contents().filter { names.contains($0.key) } == Self.new)
    }
}
