// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// For the targets that hold C handles: each unsafe step is marked where it stands.
let strictOverC = strict + [.strictMemorySafety()]

/// How an executable is linked: nothing in it is there for others to link with, and addresses to mend at the start are packed
/// (Debian 12's loader knows how). Saves 9 of 94 MB, and 6 MB of memory.
let tight = ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "sidecar",
    products: [.executable(name: "sidecar", targets: ["Sidecar"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0", traits: []),
    ],
    targets: [
        // The C libraries the user chose, and the messages generated for one of them.
        // HTTP/2 framing and HPACK.
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        // TLS, digests, certificates.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        // Protobuf's wire format.
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        // gzip: base backups, and what gRPC peers compress.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // epoll and eventfd, which Swift's Glibc module leaves out.
        .systemLibrary(name: "CLinux"),
        // The messages of proto/ in C, generated.
        .target(name: "CSidecarProto", dependencies: ["CProtobufC"]),

        // Cores: values in, values out; no socket, clock or dice.
        // What the fleet agrees on: names, versions, who owns an endpoint.
        .target(name: "Gossip", swiftSettings: strict),
        // HTTP/2 sessions, gRPC framing, calls, deadlines, status.
        .target(name: "GRPCLite", dependencies: ["CNGHTTP2", "CZlib"], swiftSettings: strictOverC),
        // gzip and tar: bytes in, files and directories out.
        .target(name: "Archive", dependencies: ["CZlib"], swiftSettings: strictOverC),
        // Postgres' wire protocol: bytes to messages and back, login on both sides.
        .target(name: "PostgresWire", dependencies: [nioCore], swiftSettings: strict),
        // TLS without a socket: ciphertext in, plaintext out; digests; a private CA.
        .target(name: "TLSEngine", dependencies: ["COpenSSL"], swiftSettings: strictOverC),
        // The messages and typed stubs of proto/ as Swift values.
        .target(
            name: "SidecarAPI", dependencies: ["GRPCLite", "CSidecarProto", "CProtobufC"], swiftSettings: strictOverC),
        // Metrics, secrets that do not print, files that survive a crash.
        .target(name: "Telemetry", swiftSettings: strict),

        // Shells: sockets, event loops, timers.
        // NIO: listeners, streams, TLS and gRPC on sockets, the relay.
        .target(
            name: "Transport",
            dependencies: [
                "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "Telemetry", "CLinux", nioCore, nioPosix,
            ],
            swiftSettings: strict),

        // An HTTP server that ends in order.
        .target(name: "HTTPListening", dependencies: [hummingbird, lifecycle], swiftSettings: strict),

        // Policy.
        // The proxy: admit, wake once, connect, relay, drain.
        .target(
            name: "EdgeProxy",
            dependencies: [
                "Transport", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI", "Telemetry",
                nioCore, nioHTTP1, logging, "HTTPListening", hummingbird, httpClient,
            ],
            swiftSettings: strict),
        // The agent: one database's life, and its reports.
        .target(
            name: "ComputeAgent",
            dependencies: [
                "Transport", "Archive", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI", "Telemetry",
                nioCore, nioHTTP1, nioPosix, nioWebSocket, logging, httpClient, "HTTPListening", hummingbird, httpTypes,
                subprocess,
            ],
            swiftSettings: strict),
        // The embedded control plane: endpoints, generations, starts and suspends.
        .target(
            name: "ControlPlane",
            dependencies: [
                "Transport", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI", "Telemetry",
                nioCore, nioPosix, nioHTTP1, nioSSL, logging, "HTTPListening", hummingbird, httpTypes, httpClient,
                subprocess, systemPackage,
            ],
            swiftSettings: strict),
        // The commands, put together.
        .executableTarget(
            name: "Sidecar",
            dependencies: [
                "EdgeProxy", "ComputeAgent", "ControlPlane", "Transport", "Gossip", "GRPCLite", "TLSEngine",
                "SidecarAPI", "Telemetry", nioCore, nioHTTP1, nioPosix, arguments, httpClient, logging, unixSignals,
                subprocess,
                systemPackage,
            ],
            swiftSettings: strict, linkerSettings: [.unsafeFlags(tight, .when(configuration: .release))]),

        // One member of a fleet in a process of its own, for Benchmarks/gossip.
        .executableTarget(
            name: "gossip-member", dependencies: ["Transport", "Gossip", "Telemetry", nioCore, nioPosix],
            path: "Benchmarks/gossip-member", swiftSettings: strict),

        // gRPC's public interoperability tests: what Tests/Integration/test_grpc_*.py drive. Not part of the product.
        .target(
            name: "InteropOptions", dependencies: ["GRPCLite", arguments], path: "Tests/Interop/Options",
            swiftSettings: strict),
        .executableTarget(
            name: "sidecar-interop-server",
            dependencies: [
                "InteropOptions", "GRPCLite", "Transport", "SidecarAPI", "TLSEngine", "Telemetry", nioPosix, arguments,
                unixSignals,
            ],
            path: "Tests/Interop/Server", swiftSettings: strict),
        .executableTarget(
            name: "sidecar-interop-client",
            dependencies: ["InteropOptions", "GRPCLite", "Transport", "SidecarAPI", "TLSEngine", nioPosix, arguments],
            path: "Tests/Interop/Client", swiftSettings: strict),
        // The echo service that Benchmarks/grpc measures beside other implementations.
        .executableTarget(
            name: "grpc-echo", dependencies: ["Transport", "GRPCLite", "TLSEngine", "Telemetry", nioCore, nioPosix],
            path: "Benchmarks/grpc-echo", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(tight, .when(configuration: .release))]),

        // Tests, and what they share: dice by seed, folders, a real Postgres.
        .target(name: "TestKit", swiftSettings: strict),
        .testTarget(name: "GossipTests", dependencies: ["Gossip"], swiftSettings: strict),
        .target(
            name: "FleetSimulation", dependencies: ["Gossip"], path: "Tests/FleetSimulation", swiftSettings: strict),
        .target(
            name: "ReportSimulation",
            dependencies: [
                "FleetSimulation", "Gossip", "ComputeAgent", "EdgeProxy", "ControlPlane", "SidecarAPI", "GRPCLite",
            ],
            path: "Tests/ReportSimulation", swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["FleetSimulation", "ReportSimulation", "Gossip"],
            swiftSettings: strict),
        .executableTarget(
            name: "gossip-sim", dependencies: ["FleetSimulation", "ReportSimulation"], path: "Benchmarks/gossip-sim",
            swiftSettings: strict),
        .testTarget(name: "GRPCLiteTests", dependencies: ["GRPCLite", "TestKit"], swiftSettings: strict),
        .testTarget(name: "ArchiveTests", dependencies: ["Archive", "CZlib", "TestKit"], swiftSettings: strict),
        .testTarget(
            name: "PostgresWireTests", dependencies: ["PostgresWire", "TLSEngine", "TestKit", nioCore],
            swiftSettings: strict),
        .testTarget(name: "TLSEngineTests", dependencies: ["TLSEngine", "TestKit"], swiftSettings: strict),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: strict),
        .testTarget(name: "SidecarAPITests", dependencies: ["SidecarAPI", "GRPCLite"], swiftSettings: strict),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "Transport", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI", "Telemetry", "TestKit",
                nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EdgeProxyTests",
            dependencies: [
                "EdgeProxy", "Transport", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI", "Telemetry",
                "TestKit", nioCore, nioPosix, logging, hummingbird, httpTypes, httpClient,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ComputeAgentTests",
            dependencies: [
                "ComputeAgent", "Transport", "Archive", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine",
                "SidecarAPI", "Telemetry", "TestKit", nioCore, nioPosix, nioHTTP1, logging, httpClient,
                "COpenSSL",
            ],
            exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "ControlPlane", "Transport", "Gossip", "GRPCLite", "PostgresWire", "TLSEngine", "SidecarAPI",
                "Telemetry", "TestKit", nioCore, nioPosix, logging, httpClient, hummingbird,
            ],
            swiftSettings: strict),
    ]
)
