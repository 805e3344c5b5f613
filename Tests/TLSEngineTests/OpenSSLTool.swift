import Foundation
import Testing

/// The `openssl` program, for certificates of kinds that our own authority does not issue, and as a second opinion.
enum OpenSSLTool {
    struct Failed: Error { var arguments: [String] }

    /// - Returns: what it printed.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd().map { String(decoding: $0, as: UTF8.self) } ?? ""
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
        return text
    }

    /// A self-signed certificate for `db.example`.
    /// - Parameter options: the key and the signature, in the words of openssl-req(1).
    static func selfSigned(
        _ name: String, in files: TestFiles, _ options: [String]
    ) throws -> (certificate: String, key: String) {
        let (certificate, key) = (files.path("\(name).crt"), files.path("\(name).key"))
        try run(
            ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-keyout", key, "-out", certificate]
                + ["-addext", "subjectAltName=DNS:db.example"] + options)
        return (certificate, key)
    }
}
