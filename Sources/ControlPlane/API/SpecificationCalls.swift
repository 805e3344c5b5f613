internal import Gossip
internal import Hummingbird
internal import NIOCore

/// What computes ask: their spec.
struct SpecificationCalls {
    private static let prefix = "compute-"
    private let registry: EndpointRegistry
    private let suspendAfter: Duration?

    init(registry: EndpointRegistry, suspendAfter: Duration?) {
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
            let record = await registry.controller(of: name)?.currentRecord,
            EndpointRecord.computeID(name, generation: record.generation) == computeID
        else { throw notFound }
        let json = try ComputeSpecDocument(record, suspendAfter: suspendAfter).json(status: "attached")
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
