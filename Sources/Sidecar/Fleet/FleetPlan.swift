internal import ControlPlane
internal import Glibc
internal import Transport

/// Who listens where.
struct FleetPlan: Sendable {
    struct Proxy: Equatable, Sendable {
        var id: String
        var postgres: ListenAddress
        var http: ListenAddress
        var grpc: ListenAddress
        /// Of datagrams.
        var gossip: ListenAddress
    }

    static let proxyLimit = 16
    private static let loopback = "127.0.0.1"
    private static let firstHTTPPort = 7001
    private static let firstGossipPort = 7946
    private static let controlPlanePort = 3000
    private static let reportsPort = 3001

    var proxies: [Proxy]
    var controlPlane: ListenAddress
    /// Where agents report to the control plane.
    var reports: ListenAddress

    /// Any one of the proxies, for calls.
    var grpc: GRPCTarget? { GRPCTarget("ipv4:" + proxies.map(\.grpc.description).joined(separator: ",")) }

    /// - Parameter listen: of the first proxy; the others take the ports after it. With port 0 every port of the fleet is
    ///   a free one.
    /// - Throws: `CommandFailure` when there are no free ports, or one that is needed is taken.
    init(listen: ListenAddress, proxies count: Int) throws {
        var taken: Set<Int> = []
        let takesFreePorts = listen.port == 0
        func port(_ fixed: Int) throws -> Int {
            guard takesFreePorts else { return fixed }
            for _ in 0..<100 {
                if let port = FreePort.pick(), taken.insert(port).inserted { return port }
            }
            throw CommandFailure.failed("there are no free ports on \(Self.loopback)")
        }
        controlPlane = ListenAddress(host: Self.loopback, port: try port(Self.controlPlanePort))
        reports = ListenAddress(host: Self.loopback, port: try port(Self.reportsPort))
        proxies = try (0..<count).map { index in
            Proxy(
                id: "proxy-" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))),
                postgres: ListenAddress(host: listen.host, port: try port(listen.port + index)),
                http: ListenAddress(host: Self.loopback, port: try port(Self.firstHTTPPort + 2 * index)),
                grpc: ListenAddress(host: Self.loopback, port: try port(Self.firstHTTPPort + 1 + 2 * index)),
                gossip: ListenAddress(host: Self.loopback, port: try port(Self.firstGossipPort + index)))
        }
        guard !takesFreePorts else { return }
        for proxy in proxies {
            try Self.check(proxy.postgres, of: "\(proxy.id), Postgres", "choose another port with --listen")
        }
        let others = "stop what listens there, or take free ports with --listen \(listen.host):0"
        for proxy in proxies {
            try Self.check(proxy.http, of: "\(proxy.id), HTTP", others)
            try Self.check(proxy.grpc, of: "\(proxy.id), gRPC", others)
            try Self.check(proxy.gossip, of: "\(proxy.id), gossip", others, datagrams: true)
        }
        try Self.check(controlPlane, of: "control plane, HTTP", others)
        try Self.check(reports, of: "control plane, gRPC", others)
    }

    private static func check(
        _ address: ListenAddress, of whom: String, _ advice: String, datagrams: Bool = false
    ) throws {
        guard (1...65_535).contains(address.port) else {
            throw CommandFailure.badConfiguration("--listen: there is no port \(address.port) for \(whom)")
        }
        switch FreePort.obstacle(host: address.host, port: address.port, datagrams: datagrams) {
        case nil: return
        case EADDRINUSE: throw CommandFailure.failed("\(address) (\(whom)) is in use: \(advice)")
        case .some(let code):
            throw CommandFailure.badConfiguration(
                "--listen: cannot listen on \(address) (\(whom)): \(String(cString: strerror(code)))")
        }
    }
}
