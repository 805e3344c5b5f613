import AsyncHTTPClient
import EdgeProxy
import Gossip
import Logging
import NIOPosix
import Telemetry

/// The quiet parts of a proxy that tests put around the part they look at.
struct EdgeFixtures {
    let metrics = EdgeMetrics(registry: MetricRegistry())
    let logger: Logger
    let session = SessionContext(id: SessionID("6f1c6cb5-3c9c-4a9e-8d1e-0d8c2f3b7a10"), applicationName: "psql")

    init() {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        self.logger = logger
    }

    func client(_ base: String, token: String = "a-token") -> ControlPlaneClient {
        ControlPlaneClient(
            authEndpoint: base, tokens: BearerTokens([Secret(token)]), http: Self.http, metrics: metrics, logger: logger
        )
    }

    func calls(_ base: String, outageLimit: Duration = .seconds(2)) -> ControlPlaneCalls {
        ControlPlaneCalls(client: client(base), outageLimit: outageLimit)
    }

    /// Lives as long as the test process.
    private static let http = ControlPlaneClient.makeHTTPClient(on: MultiThreadedEventLoopGroup.singleton)

    static let verifier =
        "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$2SGbtJlIDxFHF0RNFrLTPwiHMdkfSfCPn2bO1LZmVY8="
        + ":5Zlb1vjJUnhUnj4VvrlEBw5cUCOSYnFAAQgU2Q9E0aQ="

    static func wakeBody(generation: UInt64, port: Int = 5432) -> String {
        """
        {"address":"127.0.0.1:\(port)","server_name":"compute-demo-\(generation)","generation":\(generation),\
        "aux":{"endpoint_id":"demo","project_id":"demo","branch_id":"main",\
        "compute_id":"compute-demo-\(generation)","cold_start_info":"pool_miss"}}
        """
    }
}
