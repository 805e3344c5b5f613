import EdgeProxy
import Gossip
import PostgresWire
import TestKit
import Testing
import Transport

struct PasswordChecksTests {
    private let password = Array("pencil".utf8)

    private func verifier(iterations: Int = 100) -> SCRAMVerifier {
        .make(password: password, salt: Array(1...16), iterations: iterations, hashing: LibcryptoHashing())
    }

    private func endpoint(_ name: String) throws -> EndpointName { try #require(EndpointName(name)) }

    @Test func `many are judged, each by its own verifier`() async throws {
        let checks = PasswordChecks(threads: 2)
        let (verifier, demo) = (verifier(), try endpoint("demo"))
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask { [password] in
                    let said = number.isMultiple(of: 2) ? password : [1, 2, 3]
                    return try await checks.keys(of: said, by: verifier, isGenuine: true, endpoint: demo) != nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 25)
    }

    @Test func `whoever is cancelled leaves the line, and the line goes on`() async throws {
        let checks = PasswordChecks(threads: 1)
        let (slow, demo) = (verifier(iterations: 400_000), try endpoint("demo"))
        async let first = checks.keys(of: password, by: slow, isGenuine: true, endpoint: demo)
        let waiting = Task { [password] in
            try await checks.keys(of: password, by: slow, isGenuine: true, endpoint: demo)
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(try await first != nil)
        #expect(try await checks.keys(of: password, by: verifier(), isGenuine: true, endpoint: demo) != nil)
    }

    @Test func `one noisy endpoint fills the line and others still get in`() async throws {
        let checks = PasswordChecks(threads: 1)
        let (slow, quick) = (verifier(iterations: 20_000), verifier())
        let (noisy, quiet) = (try endpoint("noisy"), try endpoint("quiet"))
        let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<(PasswordChecks.waitingLimit + 40) {
                group.addTask { [password] in
                    do {
                        _ = try await checks.keys(of: password, by: slow, isGenuine: true, endpoint: noisy)
                        return false
                    } catch is PasswordChecks.Full {
                        return true
                    }
                }
            }
            // Somebody has been refused by now, so the line is full.
            while try await group.next() == false {}
            #expect(try await checks.keys(of: password, by: quick, isGenuine: true, endpoint: quiet) != nil)
            return try await group.reduce(1) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused >= 30)
    }
}
