import EdgeProxy
import GRPCLite
import Logging
import Synchronization
import Testing

/// Who asked for what is written down; what is secret is not.
struct AuditLogTests {
    private final class Lines: Sendable {
        let all = Mutex<[(message: String, metadata: Logger.Metadata)]>([])
    }

    private struct LineHandler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            lines.all.withLock { $0.append(("\(event.message)", event.metadata ?? [:])) }
        }
    }

    private let lines = Lines()
    private var audit: AuditLog {
        AuditLog(Logger(label: AuditLog.label) { [lines] _ in LineHandler(lines: lines) })
    }

    @Test func `one that is turned away is written down, whatever it calls itself`() {
        let peer = PeerIdentity(uriNames: ["sidecar://proxy/b"], address: "10.0.0.7:5000")
        audit.refused("/sidecar.admin.v1.Admin/Members", peer, GRPCStatus(.permissionDenied, "no"))
        audit.refused("/" + String(repeating: "x", count: 9_000), .anonymous, GRPCStatus(.unauthenticated))
        let told = lines.all.withLock { $0 }
        #expect(told.map(\.message) == ["call refused", "call refused"])
        #expect(told[0].metadata["who"] == "sidecar://proxy/b")
        #expect(told[0].metadata["peer"] == "10.0.0.7:5000")
        #expect(told[0].metadata["code"] == "permissionDenied")
        #expect(told[1].metadata["method"].map { "\($0)".count } == 128)
    }

    @Test func `only the Admin service's refusals are written down`() {
        let authorization = ServiceAuthorization(audit)
        let peer = PeerIdentity(uriNames: ["sidecar://proxy/b"])
        #expect(authorization.verdict(on: "/sidecar.report.v1.Reports/Report", for: peer)?.code == .permissionDenied)
        #expect(authorization.verdict(on: "/sidecar.peer.v1.Peer/Wake", for: peer) == nil)
        #expect(lines.all.withLock { $0.isEmpty })
        #expect(authorization.verdict(on: "/sidecar.admin.v1.Admin/Wake", for: peer)?.code == .permissionDenied)
        #expect(lines.all.withLock { $0.count } == 1)
    }
}
