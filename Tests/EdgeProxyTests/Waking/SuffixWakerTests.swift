import Gossip
import Synchronization
import Testing

@testable import EdgeProxy

struct SuffixWakerTests {
    /// Knows some endpoints, and remembers who was asked for.
    private final class Book: Waker {
        let known: Set<String>
        let asked = Mutex<[String]>([])

        init(_ known: Set<String>) {
            self.known = known
        }

        func location(
            of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
        ) async throws(WakeFailure) -> Located {
            asked.withLock { $0.append(endpoint.text) }
            guard known.contains(endpoint.text) else { throw WakeFailure(reason: .endpointNotFound) }
            let location = ComputeLocation(
                endpoint: endpoint, version: FactVersion(generation: 1, sequence: 0), host: "127.0.0.1", port: 1,
                serverName: nil, computeID: "compute")
            return Located(location: location, isCached: false)
        }

        func invalidate(_ endpoint: EndpointName, upTo version: FactVersion) {
            asked.withLock { $0.append("not \(endpoint)") }
        }
    }

    private func wake(_ name: String, knowing known: Set<String>) async throws -> [String] {
        let book = Book(known)
        let waker = SuffixWaker(book)
        let endpoint = try #require(EndpointName(name))
        let session = SessionContext(id: SessionID("s"))
        _ = try? await waker.location(of: endpoint, session: session, deadline: .now + .seconds(1))
        waker.invalidate(endpoint, upTo: FactVersion(generation: 1, sequence: 0))
        _ = try? await waker.location(of: endpoint, session: session, deadline: .now + .seconds(1))
        return book.asked.withLock { $0 }
    }

    @Test func `the name as it is, and the endpoint's own where that is not known`() async throws {
        #expect(try await wake("demo", knowing: ["demo"]) == ["demo", "not demo", "demo"])
        #expect(
            try await wake("demo-pooler", knowing: ["demo", "demo-pooler"])
                == ["demo-pooler", "not demo-pooler", "demo-pooler"])
        #expect(
            try await wake("demo-pooler", knowing: ["demo"]) == ["demo-pooler", "demo", "not demo", "demo"])
        #expect(try await wake("demo", knowing: ["demo-pooler"]) == ["demo", "not demo", "demo"])
    }
}
