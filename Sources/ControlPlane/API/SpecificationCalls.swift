internal import Gossip
internal import Hummingbird
internal import NIOCore

/// What computes ask: their spec.
struct SpecificationCalls {
    private static let prefix = "compute-"
    private let registry: any EndpointDirectory
    private let suspendAfter: Duration?

    init(registry: any EndpointDirectory, suspendAfter: Duration?) {
        self.registry = registry
        self.suspendAfter = suspendAfter
    }

    func add(to router: RouterGroup<BasicRequestContext>) {
        router.get(":compute/spec") { _, context in
            try await specification(computeID: try context.parameters.require("compute"))
        }
    }

    /// Only the newest compute of an endpoint has a spec; one that was replaced must not start again.
    private func specification(computeID: String) async throws -> Response {
        let notFound = APIError(status: .notFound, message: "compute not found", reason: .resourceNotFound)
        guard computeID.hasPrefix(Self.prefix), let dash = computeID.lastIndex(of: "-"),
            let name = EndpointName(String(computeID[..<dash].dropFirst(Self.prefix.count))),
            let endpoint = try await registry.endpoint(name),
            let json = try await endpoint.specification(of: computeID, suspendAfter: suspendAfter)
        else { throw notFound }
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
