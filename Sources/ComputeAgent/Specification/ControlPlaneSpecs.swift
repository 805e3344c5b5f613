internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
package import Telemetry

/// Asks a control plane what this compute is to be: `GET {base}/compute/api/v2/computes/{compute id}/spec`.
package struct ControlPlaneSpecs: Sendable {
    /// `http://host:port`, with or without a path.
    package let base: String
    package let computeID: String
    /// The bearer token; an empty one is sent as such.
    package let token: Secret<String>
    /// For one attempt; within it, a connection that is refused is tried again.
    var timeout = Self.timeout

    package init(base: String, computeID: String, token: Secret<String>) {
        self.base = base
        self.computeID = computeID
        self.token = token
    }

    /// How often a control plane that cannot be reached, or answers nonsense, is asked.
    static let attempts = 3
    /// Before the second attempt, half of it or more; each pause is twice the one before.
    static let pause: Duration = .milliseconds(100)
    static let timeout: TimeAmount = .seconds(5)

    /// - Parameter note: told the status of each answer, `0` for none, as a metric's label.
    package func fetch(noting note: @Sendable (String) -> Void = { _ in }) async throws -> SpecEnvelope {
        var last: any Error = SpecFailure(at: "", "not asked")
        for attempt in 0..<Self.attempts {
            if attempt > 0 {
                // Computes of one fleet that were turned away together must not come back together.
                try await Task.sleep(for: Self.pause * Double(1 << (attempt - 1)) * Double.random(in: 0.5...1))
            }
            do {
                return try await ask(note)
            } catch let refusal as SpecRefusal {
                throw refusal
            } catch let failure as SpecFailure where !failure.path.isEmpty {
                throw failure  // A whole text that says what cannot be: it will say so again.
            } catch {
                if Task.isCancelled { throw CancellationError() }
                last = error
            }
        }
        throw last
    }

    private func ask(_ note: (String) -> Void) async throws -> SpecEnvelope {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "authorization", value: "Bearer \(token.reveal())")
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.shared.execute(request, timeout: timeout)
        } catch {
            note("0")
            throw error
        }
        let code = response.status.code
        note("\(code)")
        switch code {
        case 200:
            let body = try await response.body.collect(upTo: SpecEnvelope.byteLimit)
            return try SpecEnvelope(json: Array(body.readableBytesView))
        case 502, 503: throw SpecFailure(at: "", "the control plane answered \(code)")
        default: throw SpecRefusal(description: "the control plane answered \(code) to the spec request")
        }
    }

    private var url: String {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(trimmed)/compute/api/v2/computes/\(Self.segment(computeID))/spec"
    }

    /// One part of a path: what is not a letter, digit or one of `-._~` is percent-encoded (RFC 3986, section 2.3).
    static func segment(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            guard byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) else {
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
            return String(character)
        }.joined()
    }
}

/// An answer that asking again will not change.
struct SpecRefusal: Error, CustomStringConvertible {
    var description: String
}
