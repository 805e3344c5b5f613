/// Why a key file gives no ring. Says where, never what: the text may be a key.
package struct KeyRingFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// The system's own words.
        case unreadable(String)
        case notAFile
        /// Others than the owner may read or change it; the mode.
        case open(mode: UInt32)
        case tooLarge(limit: Int)
        case notText
        case noKeys
        case tooManyKeys(limit: Int)
        case wordCount(Int)
        case badID
        case keyLength(Int)
        case notHexadecimal
        case badUse
        case sameID(asLine: Int)
        case sameKey(asLine: Int)
        case secondSender(firstLine: Int)
        case noSender
    }

    package var path: String
    /// Counted from 1; `nil` when the fault is the whole file's.
    package var line: Int?
    package var problem: Problem

    package var description: String {
        let place = line.map { "\(path):\($0)" } ?? path
        return "\(place): \(problem.text)"
    }
}

extension KeyRingFailure.Problem {
    fileprivate var text: String {
        switch self {
        case .unreadable(let reason): reason
        case .notAFile: "is not a regular file"
        case .open(let mode):
            "has mode \(String(mode, radix: 8)); only its owner may read a key file"
                + " (chmod 600, in Kubernetes the volume's defaultMode 0400)"
        case .tooLarge(let limit): "is longer than \(limit) bytes"
        case .notText: "holds bytes that are not ASCII text"
        case .noKeys: "holds no key; expected lines of `<id 0-255> <64 hexadecimal digits> [send|receive]`"
        case .tooManyKeys(let limit): "more than \(limit) keys"
        case .wordCount(let count): "\(count) words; expected `<id 0-255> <64 hexadecimal digits> [send|receive]`"
        case .badID: "the first word must be a key id from 0 to 255"
        case .keyLength(let count): "the key has \(count) digits, not 64"
        case .notHexadecimal: "the key has a character that is not a hexadecimal digit"
        case .badUse: "the third word must be `send` or `receive`"
        case .sameID(let line): "the same key id as in line \(line)"
        case .sameKey(let line): "the same key as in line \(line)"
        case .secondSender(let line): "a second key marked `send`; the first is in line \(line)"
        case .noSender: "no key is marked `send`"
        }
    }
}
