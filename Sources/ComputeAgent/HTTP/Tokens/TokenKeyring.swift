internal import Logging
internal import Synchronization
internal import Telemetry

/// Whose signatures open the HTTP API.
///
/// A file, when one is given, is the only source, and is read again whenever it changes: keys are rotated and revoked by
/// exchanging it. Without a file it is what the control plane sent last beside a spec. No key, no way in: nothing turns
/// the check off.
final class TokenKeyring: Sendable {
    static let fileLimit = 256 << 10

    private struct State {
        var keys: [TokenKey] = []
        var stamp: FileStamp?
    }

    private let file: String?
    private let log: Logger
    private let state = Mutex(State())

    init(file: String?, log: Logger) {
        self.file = file
        self.log = log
    }

    /// The keys as of now.
    var keys: [TokenKey] {
        guard let file else { return state.withLock { $0.keys } }
        let stamp = FileStamp(path: file)
        return state.withLock { state in
            if stamp != state.stamp {
                state.stamp = stamp
                if let keys = read(file) { state.keys = keys }
            }
            return state.keys
        }
    }

    /// Keys that came beside a spec. None at all leaves those there are: such a sender does not speak of keys. So does a set
    /// that nobody could sign for: it would lock everybody out, and there would be no way in to mend it.
    func take(_ control: ComputeControl) {
        guard file == nil, !control.keys.isEmpty else { return }
        let keys = Self.usable(control.keys, log)
        guard !keys.isEmpty else { return log.error("no key beside the spec can be used; the last ones stay") }
        state.withLock { $0.keys = keys }
    }

    /// - Returns: `nil` when it cannot be used; the last good keys then stay.
    private func read(_ path: String) -> [TokenKey]? {
        guard let bytes = OwnedFile.readGiven(path, limit: Self.fileLimit) else {
            log.error("the file of keys cannot be read; the last ones stay", metadata: ["path": "\(path)"])
            return nil
        }
        do {
            let control = try ComputeControl(.object(["jwks": try JSONValue(parsing: bytes)]), at: "")
            let keys = Self.usable(control.keys, log)
            log.info("read the keys of the HTTP API", metadata: ["path": "\(path)", "keys": "\(keys.count)"])
            return keys
        } catch {
            log.error(
                "the file of keys is no JWK set; the last ones stay",
                metadata: ["path": "\(path)", "error": "\(error)"])
            return nil
        }
    }

    private static func usable(_ keys: [JSONWebKey], _ log: Logger) -> [TokenKey] {
        let usable = keys.compactMap { TokenKey($0) }
        if usable.count < keys.count {
            log.warning("keys other than Ed25519 are not used", metadata: ["keys": "\(keys.count - usable.count)"])
        }
        return usable
    }
}
