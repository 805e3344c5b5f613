internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
package import Telemetry

/// Where this agent gets its spec, again and again.
package enum SpecSource: Sendable {
    case file(String)
    /// - Parameters:
    ///   - base: `http://host:port`, with or without a path; the compute's own path is appended.
    ///   - token: the bearer token; an empty one is sent as such.
    case controlPlane(base: String, computeID: String, token: Secret<String>)

    /// How often a control plane that cannot be reached, or answers nonsense, is asked.
    static let attempts = 3
    static let pause: Duration = .milliseconds(100)
    static let timeout: TimeAmount = .seconds(5)

    /// - Returns: `nil` while the compute belongs to no endpoint.
    package func fetch() async throws -> ComputeSpec? {
        switch self {
        case .file(let path):
            guard let bytes = OwnedFile.read(path, limit: SpecEnvelope.byteLimit) else {
                throw SpecFailure(at: "", "\(path): cannot be read")
            }
            return try SpecEnvelope(json: bytes).spec
        case .controlPlane(let base, let computeID, let token):
            return try await pull(base: base, computeID: computeID, token: token)
        }
    }

    private func pull(base: String, computeID: String, token: Secret<String>) async throws -> ComputeSpec? {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        var request = HTTPClientRequest(url: "\(trimmed)/compute/api/v2/computes/\(computeID)/spec")
        request.headers.add(name: "authorization", value: "Bearer \(token.reveal())")
        var last: any Error = SpecFailure(at: "", "not asked")
        for attempt in 1...Self.attempts {
            if attempt > 1 { try await Task.sleep(for: Self.pause) }
            do {
                return try await ask(request)
            } catch let refusal as SpecRefusal {
                throw refusal
            } catch {
                last = error
            }
        }
        throw last
    }

    private func ask(_ request: HTTPClientRequest) async throws -> ComputeSpec? {
        let response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
        switch response.status.code {
        case 200:
            let body = try await response.body.collect(upTo: SpecEnvelope.byteLimit)
            return try SpecEnvelope(json: Array(body.readableBytesView)).spec
        case 502, 503:
            throw SpecFailure(at: "", "the control plane answered \(response.status.code)")
        default:
            throw SpecRefusal(description: "the control plane answered \(response.status.code) to the spec request")
        }
    }
}

/// An answer that asking again will not change.
struct SpecRefusal: Error, CustomStringConvertible {
    var description: String
}
