import Foundation
import Telemetry
import Testing

struct SecureFileTests {
    /// A folder that is gone when the test is over.
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secure-file-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func `what was written is read, and only its owner may`() throws {
        try inFolder { folder in
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            try SecureFile.write([1], to: "\(folder)/key")
            try SecureFile.write(bytes, to: "\(folder)/key")
            #expect(try SecureFile.read("\(folder)/key") == bytes)
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/key")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
        }
    }

    @Test func `the asked mode holds whatever the umask is`() throws {
        try inFolder { folder in
            try SecureFile.write([], to: "\(folder)/ca.crt", mode: 0o644)
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/ca.crt")[.posixPermissions] as? Int
            #expect(mode == 0o644)
        }
    }

    @Test func `a failure names the file and leaves nothing behind`() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/taken", withIntermediateDirectories: false)
            #expect(throws: SecureFile.Failure.self) { try SecureFile.write([1], to: "\(folder)/taken") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
            let error = #expect(throws: SecureFile.Failure.self) { try SecureFile.read("\(folder)/absent") }
            #expect(error?.description == "\(folder)/absent: open: No such file or directory")
        }
    }
}
