import GRPCLite
import Logging
import NIOPosix
import SidecarAPI
import Synchronization
import Telemetry
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// Leases asked for over gRPC, of pageservers that answer as a test says.
@Suite struct LeaseKeeperTests {
    private final class Pageserver: PageAPI.PageServiceService {
        let answer = Mutex<Result<Int64, GRPCStatus>>(.success(600))
        let asked = Mutex<[(lsn: UInt64, metadata: Metadata)]>([])

        func getBaseBackup(
            _ request: PageAPI.GetBaseBackupRequest, to responses: ResponseWriter<PageAPI.GetBaseBackupResponseChunk>,
            context: ServerCallContext
        ) async throws {
            throw GRPCStatus(.unimplemented)
        }

        /// The answer is a number of seconds from now.
        func leaseLsn(
            _ request: PageAPI.LeaseLsnRequest, context: ServerCallContext
        ) async throws -> PageAPI.LeaseLsnResponse {
            asked.withLock { $0.append((request.lsn, context.metadata)) }
            let seconds = try answer.withLock { $0 }.get()
            return .init(expires: .init(seconds: UnixClock.micros() / 1_000_000 + seconds))
        }

        func start() async throws -> GRPCListening {
            try await GRPCListener.start(
                host: "127.0.0.1", port: 0, tls: nil, services: [definition], authorize: { _, _ in nil },
                group: MultiThreadedEventLoopGroup.singleton)
        }
    }

    private func link(to ports: [Int]) -> PageserverLink {
        let servers = ports.map { PageserverConnectionInfo.Pageserver(grpcURL: "grpc://127.0.0.1:\($0)") }
        let shard = ShardIndex(number: 0, count: 1)
        let timeline = RemoteTimeline(
            tenantID: "aa", timelineID: "bb", token: Secret("t0k3n"),
            pageservers: .init(
                shardCount: 1, stripeSize: 8, shards: [.init(index: shard, pageservers: servers)],
                preferredProtocol: .grpc),
            safekeepers: [], mode: .static(LSN(5)))
        return PageserverLink(
            timeline: timeline, trust: nil, group: MultiThreadedEventLoopGroup.singleton, connectLimit: .seconds(5))
    }

    @Test func `every pageserver is asked, and one that refuses loses the lease for all`() async throws {
        let servers = [Pageserver(), Pageserver()]
        let listeners = [try await servers[0].start(), try await servers[1].start()]
        let states = Mutex<[LeaseLedger.State]>([])
        let keeper = LeaseKeeper(
            lsn: LSN(5), link: link(to: listeners.map(\.port)),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { state in states.withLock { $0.append(state) } }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await keeper.run() }
            try await eventually("it is held") { keeper.state == .held }
            for server in servers {
                let asked = server.asked.withLock { $0 }
                #expect(asked.map(\.lsn) == [5])
                #expect(asked.first?.metadata.first(named: "neon-shard-id") == "0001")
                #expect(asked.first?.metadata.first(named: "neon-tenant-id") == "aa")
                #expect(asked.first?.metadata.first(named: "neon-timeline-id") == "bb")
                #expect(asked.first?.metadata.first(named: "authorization") == "Bearer t0k3n")
            }
            // Moved to another place, they are asked at once, long before the lease ends.
            servers[1].answer.withLock { $0 = .failure(GRPCStatus(.failedPrecondition, "collected")) }
            keeper.move(to: link(to: listeners.map(\.port)))
            try await eventually("it is lost") { states.withLock { $0.count } == 2 }
            guard case .lost = keeper.state else { throw NeverHappened("\(keeper.state)") }
            // It asks on by itself.
            servers[1].answer.withLock { $0 = .success(600) }
            try await eventually("it is held again") { keeper.state == .held }
            #expect(states.withLock { $0.count } == 3)
            tasks.cancelAll()
        }
        for listener in listeners { await listener.shutdown(grace: .zero) }
    }

    @Test func `a clock that is set costs no lease, and the pageservers are asked again`() async throws {
        let server = Pageserver()
        let offset = Mutex<Int64>(0)
        let listener = try await server.start()
        let states = Mutex<[LeaseLedger.State]>([])
        let keeper = LeaseKeeper(
            lsn: LSN(5), link: link(to: [listener.port]), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            timeOfDay: { UnixClock.micros() + offset.withLock { $0 } }, clockInterval: .milliseconds(20)
        ) { state in states.withLock { $0.append(state) } }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await keeper.run() }
            for (asked, hours) in zip(1..., [0, 2, -2]) {
                offset.withLock { $0 = Int64(hours) * 3_600_000_000 }
                // Long before half of the lease is over.
                try await eventually("it is asked") { server.asked.withLock { $0.count } == asked }
            }
            try await eventually("it is held") { keeper.state == .held }
            tasks.cancelAll()
        }
        #expect(states.withLock { $0 } == [.held])
        await listener.shutdown(grace: .zero)
    }

    @Test func `a pageserver that is away costs the lease only when its time has passed`() async throws {
        let server = Pageserver()
        server.answer.withLock { $0 = .success(2) }
        let listener = try await server.start()
        let keeper = LeaseKeeper(
            lsn: LSN(5), link: link(to: [listener.port]), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { _ in }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await keeper.run() }
            try await eventually("it is held") { keeper.state == .held }
            server.answer.withLock { $0 = .failure(GRPCStatus(.unavailable, "away")) }
            let before = server.asked.withLock { $0.count }
            try await eventually("it was asked in vain") { server.asked.withLock { $0.count } > before }
            try await eventually("its time has passed") {
                if case .lost(let reason) = keeper.state { reason.hasPrefix("not renewed in time") } else { false }
            }
            tasks.cancelAll()
        }
        await listener.shutdown(grace: .zero)
    }
}
