import Glibc
import NIOPosix
import PostgresWire
import TestKit
import Testing
import Transport

@testable import ComputeAgent

/// How a real PostgreSQL is stopped that has reasons not to: smart, then fast, then immediate, then by force.
@Suite(.enabled(if: ComputeFixture.binaries != nil, "PostgreSQL is not installed"))
struct StopStagesTests {
    private struct Stopped {
        var endedByItself: Bool
        var exit: PostgresExit?
        var position: FinalPosition
        /// The signals that were not enough.
        var unheeded: [String]
    }

    /// - Parameter during: done while the stop is under way, with a session that is open since before it.
    private func stop(
        _ fixture: ComputeFixture, settings: [(String, String)] = [], smart: Duration = .zero, fast: Duration,
        immediate: Duration = .seconds(5),
        before: (any PostgresHandle) -> Void = { _ in }, during: (PostgresConnection) async throws -> Void
    ) async throws -> Stopped {
        let lines = KeptLog.Lines()
        var configuration = try fixture.configuration(spec: fixture.spec())
        configuration.log = KeptLog.logger(into: lines)
        (configuration.smartStopLimit, configuration.fastStopLimit) = (smart, fast)
        configuration.immediateStopLimit = immediate
        var spec = try #require(try await configuration.specSource.fetch())
        spec.cluster.settings = settings.map { GenericOption(name: $0.0, value: $0.1, vartype: "string") }
        let keeper = PostgresKeeper(configuration, on: MultiThreadedEventLoopGroup.singleton)
        let process = try await keeper.start(spec)
        let session = try await fixture.connect()
        before(process)
        async let ended = keeper.stop(.fast)
        try await during(session)
        let endedByItself = await ended
        #expect(ProcessTable.processes(workingIn: fixture.dataDirectory).isEmpty)
        await session.close()
        return Stopped(
            endedByItself: endedByItself, exit: process.exited, position: await keeper.finalPosition(),
            unheeded: lines.all.filter { $0.hasPrefix("postgres does not stop") })
    }

    /// Whoever comes is told that it shuts down, which proxies understand.
    private func awaitShutDoor(_ fixture: ComputeFixture) async throws {
        try await eventually("nobody is let in") {
            do {
                let late = try await fixture.connect()
                await late.close()
                return false
            } catch let error as UpstreamFailure {
                guard case .rejected(let response, _) = error.reason else { return false }
                return response.sqlState == .cannotConnectNow
            }
        }
    }

    /// One after the other on the same data, which makes each of them a start after the stop before.
    @Test func `each way to stop has its time, and the next one comes when it was not enough`() async throws {
        let fixture = try ComputeFixture()
        try await patientlyStopped(fixture)
        try await endedAfterAll(fixture)
        try await stuck(fixture)
        try await killed(fixture)
    }

    /// A session that ends by itself has the time for it.
    private func patientlyStopped(_ fixture: ComputeFixture) async throws {
        let stopped = try await stop(fixture, smart: .seconds(30), fast: .seconds(30)) { session in
            try await awaitShutDoor(fixture)
            #expect(try await session.query("CREATE TABLE last (n int); SELECT 1") == [["1"]])
            await session.close()
        }
        #expect(stopped.endedByItself && stopped.exit?.isClean == true && stopped.unheeded.isEmpty)
        guard case .at = stopped.position else {
            Issue.record("no position: \(stopped.position)")
            return
        }
    }

    /// A session that stays is ended when that time is over.
    private func endedAfterAll(_ fixture: ComputeFixture) async throws {
        let stopped = try await stop(fixture, smart: .seconds(1), fast: .seconds(30)) { session in
            // Idle in a transaction: it would stay for ever.
            try await session.query("BEGIN; SELECT 1")
            try await eventually("it is ended") {
                do {
                    try await session.query("SELECT 1")
                    return false
                } catch let error as PostgresServerError {
                    #expect(error.sqlState.text == "57P01")
                    return true
                }
            }
        }
        #expect(stopped.endedByItself && stopped.exit?.isClean == true)
        #expect(stopped.unheeded == ["postgres does not stop [\"signal\": 15]"])
        guard case .at = stopped.position else {
            Issue.record("no position: \(stopped.position)")
            return
        }
    }

    /// The last of the log is archived before a fast shutdown is over, and this archive takes too long.
    private func stuck(_ fixture: ComputeFixture) async throws {
        let stuck = [("archive_mode", "on"), ("archive_command", "sleep 6")]
        let began = ContinuousClock.now
        let stopped = try await stop(
            fixture, settings: stuck, smart: .milliseconds(200), fast: .milliseconds(500)
        ) { _ in }
        #expect(stopped.endedByItself)
        #expect(stopped.unheeded.map { $0.contains("15") } == [true, false])
        #expect(stopped.unheeded.last?.contains("\"signal\": 2]") == true)
        #expect(ContinuousClock.now - began < .seconds(60))
    }

    /// What heeds nothing is killed, and that is told.
    private func killed(_ fixture: ComputeFixture) async throws {
        let stopped = try await stop(
            fixture, fast: .milliseconds(200), immediate: .milliseconds(200),
            before: { process in
                // The processes of the sessions stand still, and the postmaster waits for them.
                for child in ProcessTable.processes(workingIn: fixture.dataDirectory)
                where child != process.identifier { kill(child, SIGSTOP) }
            }
        ) { _ in }
        #expect(!stopped.endedByItself)
        #expect(stopped.exit?.status == .signalled(SIGKILL))
        #expect(stopped.unheeded.count == 2)
    }
}
