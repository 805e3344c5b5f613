import EdgeProxy
import Gossip
import PostgresWire
import Synchronization
import TestKit
import Testing

/// Role secrets, from a control plane over real HTTP.
struct RoleDirectoryTests {
    private let fixtures = EdgeFixtures()
    private let demo: EndpointName

    init() throws {
        demo = try #require(EndpointName("demo"))
    }

    private static let changed = EdgeFixtures.verifier.replacing(
        "c2FsdHNhbHRzYWx0c2FsdA==", with: "bmV3c2FsdG5ld3NhbHQ=")

    private func access(_ text: String) throws -> RoleAccess {
        .verifier(try #require(SCRAMVerifier.parse(text)))
    }

    private static func body(_ secret: String) -> ScriptedControlPlane.Answer {
        .json(#"{"role_secret":"\#(secret)"}"#)
    }

    private func run<Result: Sendable>(
        _ base: String, timeToLive: Duration = .seconds(60), isCurrent: @escaping @Sendable () -> Bool = { true },
        _ body: @escaping @Sendable (RoleDirectory) async throws -> Result
    ) async throws -> Result {
        let directory = RoleDirectory(
            source: fixtures.calls(base), limits: ProjectInfoLimits(size: 100, timeToLive: timeToLive),
            negativeTimeToLive: .milliseconds(50), metrics: fixtures.metrics, logger: fixtures.logger,
            isCurrent: isCurrent)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await directory.run()
                return nil
            }
            group.addTask { try await body(directory) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func ask(_ directory: RoleDirectory, role: String = "demo") async throws(LookupFailure) -> RoleAccess {
        try await directory.accessControl(endpoint: demo, role: role, session: fixtures.session).role
    }

    @Test func `two hundred logins of one role cost one call`() async throws {
        let plane = ScriptedControlPlane { _ in
            try? await Task.sleep(for: .milliseconds(100))
            return Self.body(EdgeFixtures.verifier)
        }
        let expected = try access(EdgeFixtures.verifier)
        try await plane.serve { base in
            try await run(base) { directory in
                try await withThrowingTaskGroup(of: RoleAccess.self) { group in
                    for _ in 0..<200 { group.addTask { try await ask(directory) } }
                    for try await access in group { #expect(access == expected) }
                }
                let again = try await ask(directory)
                #expect(again == expected)
            }
        }
        #expect(plane.asked.count == 1)
    }

    @Test func `while news would not come, every login asks, and an outage hurts nobody`() async throws {
        let isCurrent = Atomic(true)
        let isUp = Atomic(true)
        let plane = ScriptedControlPlane { _ in
            isUp.load(ordering: .relaxed) ? Self.body(EdgeFixtures.verifier) : .json("", status: 503)
        }
        try await plane.serve { base in
            try await run(base, isCurrent: { isCurrent.load(ordering: .relaxed) }) { directory in
                let first = try await ask(directory)
                _ = try await ask(directory)
                #expect(plane.asked.count == 1)
                isCurrent.store(false, ordering: .relaxed)
                _ = try await ask(directory)
                _ = try await ask(directory)
                #expect(plane.asked.count == 3)
                isUp.store(false, ordering: .relaxed)
                let kept = try await ask(directory)
                #expect(kept == first)
            }
        }
    }

    @Test func `a role that was just made is seen within the negative time to live`() async throws {
        let secret = Mutex("")
        let plane = ScriptedControlPlane { _ in Self.body(secret.withLock { $0 }) }
        let expected = try access(EdgeFixtures.verifier)
        try await plane.serve { base in
            try await run(base) { directory in
                let first = try await ask(directory)
                #expect(first == .noSecret)
                secret.withLock { $0 = EdgeFixtures.verifier }
                try await eventually("the role is seen") { try await ask(directory) == expected }
            }
        }
    }

    @Test func `nobody is asked about a name that no role can have`() async throws {
        let plane = ScriptedControlPlane { _ in Self.body(EdgeFixtures.verifier) }
        try await plane.serve { base in
            try await run(base) { directory in
                let longest = try await ask(directory, role: String(repeating: "r", count: CatalogName.byteLimit))
                #expect(longest != .noSecret)
                let longer = try await ask(directory, role: String(repeating: "r", count: CatalogName.byteLimit + 1))
                #expect(longer == .noSecret)
            }
        }
        #expect(plane.asked.count == 1)
    }

    @Test func `while the control plane is down a stale secret does`() async throws {
        let expected = try access(EdgeFixtures.verifier)
        let isUp = Mutex(true)
        let plane = ScriptedControlPlane { ask in
            isUp.withLock { $0 }
                ? Self.body(EdgeFixtures.verifier) : .json("", status: 503, headers: ["retry-after": "60"])
        }
        try await plane.serve { base in
            try await run(base, timeToLive: .milliseconds(1)) { directory in
                _ = try await ask(directory)
                isUp.withLock { $0 = false }
                // Fresh or stale, whichever it is by now.
                for _ in 0..<20 {
                    let answer = try await ask(directory)
                    #expect(answer == expected)
                }
                try await eventually("the control plane was asked in vain") {
                    let answer = try await ask(directory)
                    return answer == expected && plane.asked.count > 1
                }
                // And nobody who was never here gets in.
                let failure = await #expect(throws: LookupFailure.self) { try await ask(directory, role: "stranger") }
                #expect(failure?.sqlState == "08006")
            }
        }
    }

    @Test func `a wrong proof brings a changed secret, once`() async throws {
        let secret = Mutex(EdgeFixtures.verifier)
        let plane = ScriptedControlPlane { _ in Self.body(secret.withLock { $0 }) }
        let (old, new) = (try access(EdgeFixtures.verifier), try access(Self.changed))
        try await plane.serve { base in
            try await run(base) { directory in
                _ = try await ask(directory)
                secret.withLock { $0 = Self.changed }
                // Not while the secret is a moment old: then it is simply the wrong password.
                try await eventually("the secret is asked for again") {
                    await directory.accessControlAfterWrongProof(
                        endpoint: demo, role: "demo", tried: old, session: fixtures.session) == new
                }
                let count = plane.asked.count
                for _ in 0..<50 {
                    let again = await directory.accessControlAfterWrongProof(
                        endpoint: demo, role: "demo", tried: new, session: fixtures.session)
                    #expect(again == nil)
                }
                #expect(plane.asked.count == count)
                let now = try await ask(directory)
                #expect(now == new)
            }
        }
    }
}
