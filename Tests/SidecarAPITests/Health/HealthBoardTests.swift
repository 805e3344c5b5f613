import GRPCLite
import Synchronization
import Testing

@testable import SidecarAPI

@Suite struct HealthBoardTests {
    private final class Switch: Sendable {
        let isOn = Atomic(false)
    }

    private let ready = Switch()

    private func board() -> HealthBoard {
        HealthBoard(services: ["a.B"]) { [ready] in ready.isOn.load(ordering: .relaxed) }
    }

    @Test func `a check is as fresh as readiness itself`() async throws {
        let service = HealthService(board())
        let context = ServerCallContext(method: "/grpc.health.v1.Health/Check")
        for (isOn, status) in [(false, GRPCHealthV1.HealthCheckResponse.ServingStatus.notServing), (true, .serving)] {
            ready.isOn.store(isOn, ordering: .relaxed)
            for name in ["", "a.B"] {
                #expect(try await service.check(.init(service: name), context: context).status == status)
            }
            #expect(try await service.list(.init(), context: context).statuses.map(\.key) == ["", "a.B"])
        }
        let unknown = await #expect(throws: GRPCStatus.self) {
            _ = try await service.check(.init(service: "a.C"), context: context)
        }
        #expect(unknown?.code == .notFound)
    }

    @Test func `a watcher hears the state now, then each change, and of those it missed the last`() async {
        let board = board()
        var hears = board.watch("a.B").makeAsyncIterator()
        #expect(await hears.next() == .notServing)
        ready.isOn.store(true, ordering: .relaxed)
        board.look()
        #expect(await hears.next() == .serving)
        ready.isOn.store(false, ordering: .relaxed)
        board.look()
        ready.isOn.store(true, ordering: .relaxed)
        board.look()
        #expect(await hears.next() == .serving)
        board.shutDown()
        #expect(await hears.next() == .notServing)
        #expect(board.status(of: "a.B") == .notServing)
    }

    @Test func `who watches an unknown name hears so, and stays`() async {
        let board = board()
        var hears = board.watch("nobody").makeAsyncIterator()
        #expect(await hears.next() == .unknownService)
        #expect(board.watcherCount == 1)
    }

    @Test func `who stops watching costs nothing any more`() async {
        let board = board()
        for await _ in board.watch("") { break }
        #expect(board.watcherCount == 0)
    }

    @Test(arguments: [
        ("127.0.0.1:5", false, true), ("[::1]:5", false, true), ("192.0.2.1:5", false, false), ("", false, false),
        ("1270.0.0.1:5", false, false), ("192.0.2.1:5", true, true), ("", true, true),
    ])
    func `these services are for this machine alone, unless they are opened`(
        address: String, isOpen: Bool, isAllowed: Bool
    ) {
        let own = ServiceDefinition(name: "a.B", methods: [])
        let services = OpenServices(beside: [own], isOpenToAll: isOpen) { true }
        let authorize = services.authorization { _, _ in GRPCStatus(.unauthenticated) }
        let peer = PeerIdentity(address: address)
        for method in [
            "/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            #expect((authorize(method, peer) == nil) == isAllowed)
        }
        // The server's own services have the server's own rules.
        for method in ["/a.B/C", "/grpc.health.v1.Healthy/Check", ""] {
            #expect(authorize(method, peer)?.code == .unauthenticated)
        }
    }
}
