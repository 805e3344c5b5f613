import Foundation
import GRPCLite
import Glibc
import NIOPosix
import PostgresWire
import SidecarAPI
import Synchronization
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// Whole agents on a real PostgreSQL, reporting over mutual TLS.
@Suite(.serialized, .enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct AgentServiceTests {
    /// An agent that runs, and how to ask it to stop.
    private final class Running: Sendable {
        let requests: AsyncStream<OutsideRequest>.Continuation
        private let end: Task<Int32, Never>

        init(_ configuration: AgentConfiguration) throws {
            let service = try AgentService(configuration, on: MultiThreadedEventLoopGroup.singleton)
            let (stream, requests) = AsyncStream.makeStream(of: OutsideRequest.self)
            self.requests = requests
            // Every test waits for its end.
            end = Task { await service.run(stream) }
        }

        func terminate(_ mode: StopMode = .fast) { requests.yield(.terminate(mode, reason: "the test is over")) }
        var exitCode: Int32 { get async { await end.value } }
    }

    private func postmaster(of fixture: ComputeFixture) throws -> Int32 {
        let file = try #require(OwnedFile.read(fixture.dataDirectory + "/postmaster.pid"))
        return try #require(String(decoding: file, as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) })
    }

    @Test func `a whole life is told in order to every listener`() async throws {
        let fixture = try ComputeFixture()
        let listeners = [ReportListener(), ReportListener()]
        let servers = [try await listeners[0].start(fixture), try await listeners[1].start(fixture)]
        let agent = try Running(
            try fixture.configuration(
                generation: 7, spec: fixture.spec(), targets: servers.map { .init(host: "127.0.0.1", port: $0.port) }))
        try await eventually("both know it runs") { listeners.allSatisfy { $0.states.contains(.running) } }
        let client = try await fixture.connect()
        try await client.query("SELECT 1")
        await client.close()
        agent.terminate()
        #expect(await agent.exitCode == 0)

        for listener in listeners {
            let told = listener.received
            #expect(told.compactMap(\.version?.sequence) == (1...UInt64(told.count)).map(\.self))
            #expect(told.allSatisfy { $0.version?.generation == 7 && $0.endpoint == "demo" })
            #expect(told.allSatisfy { $0.serverName == fixture.computeID && $0.address == "127.0.0.1:\(fixture.port)" })
            let steps = told.filter { $0.state != $0.previousState }.map(\.state)
            #expect(
                steps == [.configurationPending, .`init`, .running, .terminationPendingFast, .terminated])
            #expect(told.last?.state == .terminated)
            #expect(listener.callers == [["sidecar://compute/demo/compute-demo-1"]])
        }
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        for server in servers { await server.shutdown(grace: .zero) }
    }

    @Test func `a killed Postgres is reported and leaves nothing behind`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let agent = try Running(
            try fixture.configuration(spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: server.port)]))
        try await eventually("it runs") { listener.states.contains(.running) }
        let client = try await fixture.connect()
        kill(try postmaster(of: fixture), SIGKILL)
        #expect(await agent.exitCode == 1)
        #expect(listener.states.last == .failed)
        #expect(listener.received.last?.reason == "postgres exited: signal 9")
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        await client.close()

        // The next generation serves again.
        let next = try Running(
            try fixture.configuration(
                generation: 2, spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: server.port)]))
        try await eventually("it runs again") {
            listener.received.contains { $0.state == .running && $0.version?.generation == 2 }
        }
        let again = try await fixture.connect()
        await again.close()
        next.terminate()
        #expect(await next.exitCode == 0)
        await server.shutdown(grace: .zero)
    }

    @Test func `the announcement comes before the end of service`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        var configuration = try fixture.configuration(
            spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: server.port)])
        configuration.announcementLimit = .seconds(4)
        let agent = try Running(configuration)
        try await eventually("it runs") { listener.states.contains(.running) }
        listener.acknowledge(false)
        agent.terminate()
        try await eventually("it is announced") { listener.states.contains(.terminationPendingFast) }
        // Not acknowledged, so it still serves.
        let client = try await fixture.connect()
        await client.close()
        agent.terminate(.immediate)
        try await eventually("it is announced again") { listener.states.contains(.terminationPendingImmediate) }
        await server.shutdown(grace: .zero)
        _ = await agent.exitCode
    }

    @Test func `a listener that comes back gets what it has not acknowledged, in order`() async throws {
        let fixture = try ComputeFixture()
        let deaf = ReportListener()
        deaf.acknowledge(false)
        let server = try await deaf.start(fixture)
        let port = server.port
        let agent = try Running(
            try fixture.configuration(spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: port)]))
        try await eventually("it runs") { deaf.states.contains(.running) }
        await server.shutdown(grace: .zero)

        let listener = ReportListener()
        let back = try await listener.start(fixture, port: port)
        try await eventually("everything is told again") { listener.states.contains(.running) }
        #expect(Array(listener.states.prefix(3)) == [.configurationPending, .`init`, .running])
        agent.terminate()
        #expect(await agent.exitCode == 0)
        #expect(listener.states.last == .terminated)
        await back.shutdown(grace: .zero)
    }

    @Test func `of several listeners one is told, and another when that is lost`() async throws {
        let fixture = try ComputeFixture()
        let listeners = [ReportListener(), ReportListener(), ReportListener()]
        var servers: [GRPCListening] = []
        for listener in listeners { servers.append(try await listener.start(fixture)) }
        let agent = try Running(
            try fixture.configuration(
                spec: fixture.spec(), anyOf: servers.map { HostAndPort(host: "127.0.0.1", port: $0.port) }))
        try await eventually("one of them hears that it runs") { listeners.contains { $0.states.contains(.running) } }
        #expect(listeners.count { !$0.received.isEmpty } == 1)

        let told = try #require(listeners.firstIndex { !$0.received.isEmpty })
        await servers[told].shutdown(grace: .zero)
        let others = listeners.enumerated().filter { $0.offset != told }.map(\.element)
        try await eventually("another one hears the newest, though it was acknowledged") {
            others.contains { $0.states.contains(.running) }
        }
        #expect(others.count { !$0.received.isEmpty } == 1)
        agent.terminate()
        #expect(await agent.exitCode == 0)
        #expect(others.contains { $0.states.last == .terminated })
        for server in servers { await server.shutdown(grace: .zero) }
    }

    @Test func `an agent without listeners stops all the same`() async throws {
        let fixture = try ComputeFixture()
        let agent = try Running(
            try fixture.configuration(spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: 1)]))
        try await eventually("it serves") {
            guard let client = try? await fixture.connect() else { return false }
            await client.close()
            return true
        }
        agent.terminate()
        #expect(await agent.exitCode == 0)
    }

    @Test func `a spec that cannot be used is reported as a failure`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let agent = try Running(
            try fixture.configuration(
                spec: fixture.spec(roles: #"{"name": "app", "encrypted_password": "plain"}"#),
                targets: [.init(host: "127.0.0.1", port: server.port)]))
        #expect(await agent.exitCode == 1)
        #expect(listener.received.last?.state == .failed)
        #expect(listener.received.last?.error.hasPrefix("spec.cluster.roles[0].encrypted_password") == true)
        await server.shutdown(grace: .zero)
    }

    @Test func `a refresh applies what has changed`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        let targets = [HostAndPort(host: "127.0.0.1", port: server.port)]
        let agent = try Running(try fixture.configuration(spec: fixture.spec(), targets: targets))
        try await eventually("it runs") { listener.states.contains(.running) }
        _ = try fixture.configuration(
            spec: fixture.spec(databases: #"{"name": "shop", "owner": "app"}, {"name": "more", "owner": "app"}"#))
        agent.requests.yield(.refresh)
        try await eventually("it is applied") {
            listener.received.contains { $0.state == .running && $0.previousState == .refreshConfiguration }
        }
        let client = try await fixture.connect(database: "more")
        await client.close()
        agent.terminate()
        #expect(await agent.exitCode == 0)
        await server.shutdown(grace: .zero)
    }

    /// An agent that looks seldom by itself, so that what it knows of its clients is old.
    private func staleAgent(
        _ fixture: ComputeFixture, _ listener: ReportListener, port: Int
    ) async throws -> (Running, ReportV1.Version) {
        var configuration = try fixture.configuration(
            spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: port)])
        configuration.monitorInterval = .seconds(2)
        let agent = try Running(configuration)
        try await eventually("it runs") { listener.states.contains(.running) }
        return (agent, try #require(listener.received.last?.version))
    }

    @Test func `an idle stop looks again, and spares whoever has come since`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture, as: "control-plane")
        let (agent, version) = try await staleAgent(fixture, listener, port: server.port)
        let client = try await fixture.connect()
        // Begun before the question, ended after the answer.
        try await client.query("SELECT pg_advisory_lock(1)")
        let waiter = try await fixture.connect()
        async let worked = waiter.query("SELECT 'done' FROM pg_advisory_lock(1)")
        try await eventually("it is at work") {
            try await client.query("SELECT count(*) FROM pg_locks WHERE NOT granted") == [["1"]]
        }
        try await listener.askToStop(at: version)
        try await eventually("it is answered") { listener.received.last?.version?.sequence ?? 0 > version.sequence }
        try await client.query("SELECT pg_advisory_unlock(1)")
        #expect(try await worked == [["done"]])
        #expect(listener.states.allSatisfy { $0 != .terminationPendingFast })
        await client.close()
        await waiter.close()

        // Now that nobody is there, the question at the newest version is the last.
        listener.askAlways()
        try await listener.askToStop(at: #require(listener.received.last?.version))
        #expect(await agent.exitCode == 0)
        #expect(listener.states.suffix(2) == [.terminationPendingFast, .terminated])
        #expect(listener.received.dropLast().last?.reason == "idle for long enough")
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        await server.shutdown(grace: .zero)
    }

    @Test func `a query that begins after the announcement is waited for`() async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture, as: "control-plane")
        var configuration = try fixture.configuration(
            spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: server.port)])
        configuration.announcementLimit = .seconds(3)
        let agent = try Running(configuration)
        try await eventually("it runs") { listener.states.contains(.running) }
        let (client, other) = (try await fixture.connect(), try await fixture.connect())
        try await client.query("SELECT pg_advisory_lock(1)")
        // The announcement is not acknowledged, which leaves the time for a query.
        listener.acknowledge(false)
        listener.askAlways()
        try await eventually("it is announced") {
            if listener.states.contains(.terminationPendingFast) { return true }
            try await listener.askToStop(at: #require(listener.received.last?.version))
            return false
        }
        async let worked = other.query("SELECT 'done' FROM pg_advisory_lock(1)")
        try await eventually("nobody is let in any more") {
            do {
                let late = try await fixture.connect()
                await late.close()
                return false
            } catch let error as UpstreamFailure {
                guard case .rejected(let response, _) = error.reason else { return false }
                return response.sqlState == .cannotConnectNow
            }
        }
        try await client.query("SELECT pg_advisory_unlock(1)")
        #expect(try await worked == [["done"]])
        #expect(await agent.exitCode == 0)
        await client.close()
        await other.close()
        await server.shutdown(grace: .zero)
    }

    @Test func `only a control plane may ask for a stop`() async throws {
        let fixture = try ComputeFixture()
        let proxy = ReportListener()
        let server = try await proxy.start(fixture)
        let (agent, version) = try await staleAgent(fixture, proxy, port: server.port)
        try await proxy.askToStop(at: version)
        // What follows on the same stream is taken after the question.
        agent.requests.yield(.refresh)
        try await eventually("the refresh is told") { proxy.states.last == .running && proxy.received.count > 3 }
        #expect(!proxy.states.contains(.terminationPendingFast))
        agent.terminate()
        #expect(await agent.exitCode == 0)
        #expect(proxy.received.allSatisfy { $0.reason != "idle for long enough" })
        await server.shutdown(grace: .zero)
    }

    /// With `isWhole` all of its processes stand still; else the one alone that begins new ones, and open sessions go on.
    @Test(arguments: [true, false])
    func `a Postgres that hangs is reported and ended by force`(isWhole: Bool) async throws {
        let fixture = try ComputeFixture()
        let listener = ReportListener()
        let server = try await listener.start(fixture)
        var configuration = try fixture.configuration(
            spec: fixture.spec(), targets: [.init(host: "127.0.0.1", port: server.port)])
        configuration.lookLimit = .milliseconds(100)
        configuration.silenceLimit = .milliseconds(300)
        configuration.immediateStopLimit = .milliseconds(200)
        configuration.knockInterval = .milliseconds(50)
        let agent = try Running(configuration)
        try await eventually("it runs, and is watched") {
            listener.received.contains { $0.reason == "role secrets changed" }
        }
        let processes = ProcessTable.processes(workingIn: fixture.dataDirectory)
        let file = try String(contentsOfFile: fixture.dataDirectory + "/postmaster.pid", encoding: .utf8)
        let postmaster = try #require(file.split(separator: "\n").first.flatMap { Int32($0) })
        for process in isWhole ? processes : [postmaster] { kill(process, SIGSTOP) }
        #expect(await agent.exitCode == 1)
        #expect(listener.states.last == .failed)
        #expect(listener.received.last?.error.hasPrefix("postgres has not answered for") == true)
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        await server.shutdown(grace: .zero)
    }
}
