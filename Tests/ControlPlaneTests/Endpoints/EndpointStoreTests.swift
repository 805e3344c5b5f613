import Foundation
import Gossip
import Telemetry
import TestKit
import Testing

@testable import ControlPlane

struct EndpointStoreTests {
    private static func record(_ name: String, generation: UInt64 = 0) throws -> EndpointRecord {
        EndpointRecord(
            name: try #require(EndpointName(name)), role: "app", database: "shop", verifier: Secret("SCRAM-SHA-256$x"),
            generation: generation, createdUnixMicros: 7)
    }

    @Test func `what is saved is read again, by name`() throws {
        let folder = try TemporaryFolder()
        let store = try EndpointStore(folder: folder.file("endpoints"))
        try store.save(Self.record("zebra"))
        try store.save(Self.record("ant", generation: 4))
        let read = try EndpointStore(folder: folder.file("endpoints")).load()
        #expect(read.map(\.name.text) == ["ant", "zebra"])
        #expect(read.map(\.generation) == [4, 0])
        #expect(read.map(\.verifier).map { $0.reveal() } == ["SCRAM-SHA-256$x", "SCRAM-SHA-256$x"])
    }

    @Test func `rules are kept with the record, and a record from before there were any has none`() throws {
        let folder = try TemporaryFolder()
        let store = try EndpointStore(folder: folder.path)
        var record = try Self.record("demo")
        try store.save(record)
        let text = try String(contentsOfFile: folder.file("demo/endpoint.json"), encoding: .utf8)
        #expect(!text.contains("rules"))
        #expect(try store.load().first?.rules == EndpointRules())
        record.rules = EndpointRules(allowedIPs: ["10.0.0.1"])
        try store.save(record)
        #expect(try store.load().first?.rules.allowedIPs == ["10.0.0.1"])
    }

    @Test func `only the owner can read a record`() throws {
        let folder = try TemporaryFolder()
        try EndpointStore(folder: folder.path).save(Self.record("demo"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("demo/endpoint.json"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `a removed endpoint is gone, also when its removal was cut short`() throws {
        let folder = try TemporaryFolder()
        let store = try EndpointStore(folder: folder.path)
        try store.save(Self.record("demo"))
        try store.remove(#require(EndpointName("demo")))
        #expect(try store.load().isEmpty)
        try store.save(Self.record("other"))
        try FileManager.default.moveItem(atPath: folder.file("other"), toPath: folder.file(".removed-other"))
        #expect(try store.load().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file(".removed-other")))
    }

    @Test func `a folder without a record is nobody's endpoint`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("half"), withIntermediateDirectories: true)
        #expect(try EndpointStore(folder: folder.path).load().isEmpty)
    }

    @Test func `a record that cannot be read stops the start and is named`() throws {
        let folder = try TemporaryFolder()
        let store = try EndpointStore(folder: folder.path)
        try store.save(Self.record("demo"))
        try SecureFile.write(Array("{".utf8), to: folder.file("demo/endpoint.json"))
        let error = #expect(throws: EndpointStore.Failure.self) { try store.load() }
        #expect(error?.description.contains("demo/endpoint.json") == true)
    }
}
