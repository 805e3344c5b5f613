internal import Gossip
internal import HTTPTypes
internal import Hummingbird
internal import Telemetry

/// What proxies ask: who may log in, and wake. Neon's calls in the spellings of 2025 and 2023.
struct ProxyCalls {
    /// Bytes of an idempotency key.
    private static let keyLimit = 200
    private let registry: any EndpointDirectory
    private let metrics: ControlPlaneMetrics

    init(registry: any EndpointDirectory, metrics: ControlPlaneMetrics) {
        self.registry = registry
        self.metrics = metrics
    }

    func add(to router: RouterGroup<BasicRequestContext>) {
        router.get("get_endpoint_access_control") { request, _ in try await accessControl(request) }
        router.get("wake_compute") { request, _ in try await wake(request, endpoint: "endpointish") }
        router.get("proxy_get_role_secret") { request, _ in try await roleSecret(request) }
        router.get("proxy_wake_compute") { request, _ in try await wake(request, endpoint: "project") }
    }

    /// 2025. An unknown role is an answer without a secret; an unknown endpoint is an error.
    private func accessControl(_ request: Request) async throws -> Response {
        let endpoint = try await controller(request, "endpointish")
        let verifier = try await endpoint.verifier(of: try Self.role(request))
        return JSONReply.response(
            AccessControl(
                roleSecret: verifier?.reveal() ?? "", projectID: endpoint.name.text, rules: await endpoint.rules))
    }

    /// 2023. No secret is 404, which is no error there.
    private func roleSecret(_ request: Request) async throws -> Response {
        let endpoint = try await controller(request, "project")
        guard let verifier = try await endpoint.verifier(of: try Self.role(request)) else {
            throw APIError(status: .notFound, message: "role not found", reason: .resourceNotFound)
        }
        return JSONReply.response(["role_secret": verifier.reveal()])
    }

    /// Answers when the compute accepts connections.
    private func wake(_ request: Request, endpoint parameter: String) async throws -> Response {
        let controller: any ServedEndpoint
        do {
            controller = try await self.controller(request, parameter)
        } catch {
            metrics.wakeRequest(.notFound)
            throw error
        }
        let key = String(request.headers[.idempotencyKey]?.prefix(Self.keyLimit) ?? "")
        switch await controller.wake(key: key, seen: Self.seenGeneration(key, of: controller.name)) {
        case .success(let woken):
            metrics.wakeRequest(.ready)
            return JSONReply.response(Wake(woken, endpoint: controller.name))
        case .failure(let failure):
            metrics.wakeRequest(failure.reason == .stillStarting ? .timeout : .failed)
            throw APIError(failure)
        }
    }

    private func controller(_ request: Request, _ parameter: String) async throws -> any ServedEndpoint {
        guard let text = request.uri.queryParameters[Substring(parameter)] else {
            throw APIError.badRequest("\(parameter) is missing")
        }
        guard let name = EndpointName(String(text)) else { throw APIError.endpointNotFound }
        if let controller = try await registry.endpoint(name) { return controller }
        // There is no pooler: every way in leads to the one compute.
        guard let controller = try await registry.endpoint(name.unsuffixed) else { throw APIError.endpointNotFound }
        return controller
    }

    private static func role(_ request: Request) throws -> String {
        guard let role = request.uri.queryParameters["role"] else { throw APIError.badRequest("role is missing") }
        return String(role)
    }

    /// Our proxies' keys are `<endpoint>:<seen generation>:<round>`; of anybody else's the meaning is not ours to know.
    static func seenGeneration(_ key: String, of endpoint: EndpointName) -> UInt64 {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == endpoint.text else { return 0 }
        return UInt64(parts[1]) ?? 0
    }

    private struct AccessControl: Encodable {
        var roleSecret: String
        var projectID: String
        /// Their fields stand beside the others.
        var rules: EndpointRules

        enum CodingKeys: String, CodingKey {
            case roleSecret = "role_secret"
            case projectID = "project_id"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(roleSecret, forKey: .roleSecret)
            try fields.encode(projectID, forKey: .projectID)
            try rules.encode(to: encoder)
        }
    }

    private struct Wake: Encodable {
        struct Auxiliary: Encodable {
            var endpointID: String
            var projectID: String
            var branchID: String
            var computeID: String
            var coldStartInfo: String

            enum CodingKeys: String, CodingKey {
                case endpointID = "endpoint_id"
                case projectID = "project_id"
                case branchID = "branch_id"
                case computeID = "compute_id"
                case coldStartInfo = "cold_start_info"
            }
        }

        var address: String
        var serverName: String
        var generation: UInt64
        var aux: Auxiliary

        enum CodingKeys: String, CodingKey {
            case address, generation, aux
            case serverName = "server_name"
        }

        /// Here an endpoint is its own project, with one branch.
        init(_ woken: WokenCompute, endpoint: EndpointName) {
            address = woken.location.address
            serverName = woken.location.serverName
            generation = woken.location.generation
            aux = Auxiliary(
                endpointID: endpoint.text, projectID: endpoint.text, branchID: "main",
                computeID: woken.location.computeID, coldStartInfo: woken.wasRunning ? "warm" : "pool_miss")
        }
    }
}

extension HTTPField.Name {
    /// `Idempotency-Key`, every character of which a header's name may hold.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}
