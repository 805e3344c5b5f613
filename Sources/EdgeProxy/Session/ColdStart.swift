internal import NIOCore
internal import PostgresWire

/// How a session came by its compute, for a client that asked.
struct ColdStart: Sendable, Equatable {
    /// `warm_cached`, or the control plane's word: `warm`, `pool_hit`, `pool_miss`, `unknown`.
    var kind: String
    /// For a place to dial, waits for others' wakes included.
    var wake: Duration
    /// For all dials and logins, and the pauses between them.
    var connect: Duration

    init(_ located: Located, wake: Duration, connect: Duration) {
        kind = located.isCached ? "warm_cached" : located.location.coldStartInfo ?? "unknown"
        self.wake = wake
        self.connect = connect
    }

    /// Three reports as of settings, which every driver keeps and no driver minds. Times are in milliseconds.
    func encode(into buffer: inout ByteBuffer) {
        let reports = [
            ("sidecar.cold_start", kind), ("sidecar.wake_ms", Self.milliseconds(wake)),
            ("sidecar.connect_ms", Self.milliseconds(connect)),
        ]
        for (name, value) in reports { ParameterStatus(name: name, value: value).encode(into: &buffer) }
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\(Int(duration / .milliseconds(1)))"
    }
}
