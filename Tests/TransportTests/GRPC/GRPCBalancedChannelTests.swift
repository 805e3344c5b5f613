import GRPCLite
import Gossip
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing
import Transport

@Suite(.timeLimit(.minutes(2))) struct GRPCBalancedChannelTests {
    private final class Calls: Sendable {
        let count = Atomic(0)
        let chats = Atomic(0)
        let isOver = Atomic(false)
    }

    /// Says which server it is, and counts.
    private func service(_ name: String, _ calls: Calls = Calls()) -> ServiceDefinition {
        ServiceDefinition(
            name: "test.Who",
            methods: [
                .unary("/test.Who/Are") { (_: Blob, _) in
                    calls.count.add(1, ordering: .relaxed)
                    return Blob(name)
                },
                .bidirectional("/test.Who/Chat") { (requests: RequestStream<Blob>, writer: ResponseWriter<Blob>, _) in
                    calls.chats.add(1, ordering: .relaxed)
                    for try await request in requests { try await writer.write(request) }
                },
            ])
    }

    private func listen(_ services: [ServiceDefinition], port: Int = 0) async throws -> GRPCListening {
        try await GRPCListener.start(
            host: "127.0.0.1", port: port, tls: nil, services: services, authorize: { _, _ in nil }, group: grpcLoops)
    }

    private func target(_ ports: Int...) throws -> GRPCTarget {
        .fixed(try ports.map { try #require(MemberAddress(ip: "127.0.0.1", port: UInt16($0))) })
    }

    private func configuration(_ policy: PickPolicy = .pickFirst) -> GRPCBalancedChannel.Configuration {
        var configuration = GRPCBalancedChannel.Configuration()
        configuration.plan.policy = policy
        configuration.plan.backoff.initial = .milliseconds(20)
        configuration.plan.resolutionInterval = .milliseconds(20)
        return configuration
    }

    private func who(_ channel: GRPCBalancedChannel, waits: Bool = false) async throws -> String {
        var options = CallOptions(timeout: .seconds(30))
        options.waitsForReady = waits
        let answer: Blob = try await channel.unary("/test.Who/Are", Blob(""), options: options)
        return answer.text
    }

    @Test func `round robin gives every server its turn, and goes on with those that are left`() async throws {
        let (one, two) = (try await listen([service("one")]), try await listen([service("two")]))
        let channel = GRPCBalancedChannel(
            try target(one.port, two.port), tls: nil, configuration: configuration(.roundRobin), group: grpcLoops)
        let seen = Mutex<Set<String>>([])
        try await eventually("both have answered") {
            let name = try await who(channel)
            return seen.withLock { seen in
                seen.insert(name)
                return seen == ["one", "two"]
            }
        }
        await one.shutdown(grace: .zero)
        for _ in 0..<20 { #expect(try await who(channel, waits: true) == "two") }
        await channel.shutdown()
        await two.shutdown(grace: .zero)
    }

    @Test func `pick first stays with the first that works, and finds another when it goes`() async throws {
        let (one, two) = (try await listen([service("one")]), try await listen([service("two")]))
        let channel = GRPCBalancedChannel(
            try target(one.port, two.port), tls: nil, configuration: configuration(), group: grpcLoops)
        for _ in 0..<5 { #expect(try await who(channel) == "one") }
        await one.shutdown(grace: .zero)
        #expect(try await who(channel, waits: true) == "two")
        await channel.shutdown()
        await two.shutdown(grace: .zero)
    }

    @Test func `without a server calls fail at once, and those that wait for ready get the server that comes`()
        async throws
    {
        let port = try HeldPort()
        let states = Mutex<[ChannelState]>([])
        let channel = GRPCBalancedChannel(
            try target(port.number), tls: nil, configuration: configuration(), group: grpcLoops
        ) { state in
            states.withLock { $0.append(state) }
        }
        let refused = await #expect(throws: GRPCStatus.self) { _ = try await who(channel) }
        #expect(refused?.code == .unavailable)
        #expect(states.withLock { $0 } == [.connecting, .transientFailure])
        async let patient = who(channel, waits: true)
        let late = await #expect(throws: GRPCStatus.self) {
            var options = CallOptions(timeout: .milliseconds(50))
            options.waitsForReady = true
            let _: Blob = try await channel.unary("/test.Who/Are", Blob(""), options: options)
        }
        #expect(late?.code == .deadlineExceeded)
        let server = try await listen([service("late")], port: port.number)
        #expect(try await patient == "late")
        #expect(states.withLock { $0.last } == .ready)
        await channel.shutdown()
        await server.shutdown(grace: .zero)
        let over = await #expect(throws: GRPCStatus.self) { _ = try await who(channel, waits: true) }
        #expect(over?.code == .unavailable)
    }

    @Test func `a server that shuts down in order loses no call`() async throws {
        let calls = Calls()
        let (first, second) = (try await listen([service("first", calls)]), try await listen([service("second")]))
        let channel = GRPCBalancedChannel(
            try target(first.port, second.port), tls: nil, configuration: configuration(), group: grpcLoops)
        let open = try await channel.bidirectional("/test.Who/Chat", of: (Blob.self, Blob.self))
        try await open.send(Blob("before"))
        var answers = open.responses.makeAsyncIterator()
        #expect(try await answers.next()?.text == "before")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    // None of them may fail, whenever it comes.
                    while !calls.isOver.load(ordering: .relaxed) { _ = try await who(channel) }
                }
            }
            try await eventually("calls come in") { calls.count.load(ordering: .relaxed) > 50 }
            async let end: Void = first.shutdown(grace: .seconds(30))
            try await eventually("the second has taken over") { try await who(channel) == "second" }
            // The call that was open goes on.
            try await open.send(Blob("after"))
            #expect(try await answers.next()?.text == "after")
            open.finishSending()
            #expect(try await answers.next() == nil)
            await end
            calls.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        await channel.shutdown()
        await second.shutdown(grace: .zero)
    }

    @Test func `a connection is left well before its stream numbers run out`() async throws {
        let server = try await listen([service("here")])
        var configuration = configuration()
        configuration.limits.lastStream = 9
        let states = Mutex<[ChannelState]>([])
        let channel = GRPCBalancedChannel(
            try target(server.port), tls: nil, configuration: configuration, group: grpcLoops
        ) { state in
            states.withLock { $0.append(state) }
        }
        for _ in 0..<23 { #expect(try await who(channel) == "here") }
        #expect(states.withLock { $0.filter { $0 == .ready }.count } >= 4)
        await channel.shutdown()
        await server.shutdown(grace: .zero)
    }

    @Test func `a name is resolved`() async throws {
        let server = try await listen([service("here")])
        let channel = GRPCBalancedChannel(
            try #require(GRPCTarget("dns:///localhost:\(server.port)")), tls: nil, configuration: configuration(),
            group: grpcLoops)
        #expect(try await who(channel, waits: true) == "here")
        await channel.shutdown()
        let nowhere = GRPCBalancedChannel(
            try #require(GRPCTarget("no-such-host.invalid:1")), tls: nil, configuration: configuration(),
            group: grpcLoops)
        let status = await #expect(throws: GRPCStatus.self) { _ = try await who(nowhere) }
        #expect(status?.code == .unavailable)
        await nowhere.shutdown()
        await server.shutdown(grace: .zero)
    }

    @Test(arguments: [
        ("ipv4:127.0.0.1:5,127.0.0.2:6", "127.0.0.1:5"), ("ipv6:[::1]:5", "[::1]:5"), ("[::1]:5", "[::1]:5"),
        ("dns:///a.b:5", "a.b:5"), ("a.b:5", "a.b:5"), ("ipv4:[::1]:5", nil), ("ipv4:a.b:5", nil), ("ipv4:", nil),
        ("ipv4:127.0.0.1:5,", nil), ("a.b", nil), ("", nil),
    ])
    func `a target is a name, an address or a list`(text: String, authority: String?) {
        #expect(GRPCTarget(text).map { "\($0)" } == authority)
    }
}
