import Foundation
import Testing

/// Inputs and what has to come out of them, as files beside the tests: `Golden/<folder>/<name>.json` and a second file of
/// that name. With `SIDECAR_WRITE_GOLDEN` set, the second files are written instead of compared; read the difference.
enum GoldenFiles {
    static func names(in folder: String) -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
        return found.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func input(_ folder: String, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(folder) + "/\(name).json")))
    }

    static func compare(_ text: String, _ folder: String, _ name: String) throws {
        let file = path(folder) + "/" + name
        if ProcessInfo.processInfo.environment["SIDECAR_WRITE_GOLDEN"] != nil {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text == expected, "differs from Golden/\(folder)/\(name):\n\(text)")
    }

    private static func path(_ folder: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Golden/" + folder
    }
}
