internal import Synchronization

/// Bearer tokens (RFC 6750), one in each line of a file that may be replaced while we run. Who asks sends the first; who
/// answers takes each of them, so that a token can be exchanged while some know the old one and some the new one.
package final class BearerTokens: Sendable {
    package struct Flaw: Error, CustomStringConvertible {
        package let description: String
    }

    /// More are a mistake.
    private static let countLimit = 8

    private let file: String?
    private let last: Mutex<[Secret<String>]>

    /// - Throws: when the file cannot be read, or has no token, or too many.
    package init(file: String) throws(Flaw) {
        self.file = file
        last = Mutex(try Self.read(file))
    }

    /// Those, as long as this lives.
    package init(_ tokens: [Secret<String>]) {
        file = nil
        last = Mutex(tokens)
    }

    /// What the file has now, and while it cannot be used, what it had before.
    package var all: [Secret<String>] {
        guard let file, let now = try? Self.read(file) else { return last.withLock { $0 } }
        last.withLock { $0 = now }
        return now
    }

    /// What to send; empty when there is none.
    package var first: Secret<String> { all.first ?? Secret("") }

    private static func read(_ file: String) throws(Flaw) -> [Secret<String>] {
        let bytes: [UInt8]
        do {
            bytes = try SecureFile.read(file)
        } catch {
            throw Flaw(description: "\(error)")
        }
        let tokens = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
            let token = String(line).trimmed()
            return token.isEmpty ? nil : Secret(token)
        }
        guard !tokens.isEmpty else { throw Flaw(description: "\(file) is empty") }
        guard tokens.count <= countLimit else {
            throw Flaw(description: "\(file) has more than \(countLimit) tokens")
        }
        return tokens
    }
}
