internal import FoundationEssentials
internal import Gossip
internal import Hummingbird
internal import NIOCore
internal import Telemetry

/// What administrators ask: endpoints, their histories, creation, deletion, suspension, and who may connect.
struct AdministratorCalls {
    /// Bytes of a request's body.
    private static let bodyLimit = 16 << 10
    private let registry: any EndpointDirectory
    private let changed: ControlPlane.EndpointsChanged

    init(registry: any EndpointDirectory, changed: @escaping ControlPlane.EndpointsChanged) {
        self.registry = registry
        self.changed = changed
    }

    func add(to router: RouterGroup<BasicRequestContext>) {
        router.get("endpoints") { _, _ in try await list() }
        router.get("endpoints/:name") { _, context in
            JSONReply.response(await (try controller(context)).summary)
        }
        router.post("endpoints/:name") { request, context in try await create(request, context) }
        router.delete("endpoints/:name") { request, context in try await delete(request, context) }
        router.get("endpoints/:name/history") { _, context in
            JSONReply.response(["history": await (try controller(context)).historyEntries])
        }
        router.get("endpoints/:name/access") { _, context in
            JSONReply.response(await (try controller(context)).rules)
        }
        router.put("endpoints/:name/access") { request, context in try await setRules(request, context) }
        router.post("endpoints/:name/suspend") { request, context in try await suspend(request, context) }
    }

    private func list() async throws -> Response {
        var summaries: [EndpointSummary] = []
        for controller in try await registry.endpoints() { summaries.append(await controller.summary) }
        return JSONReply.response(["endpoints": summaries])
    }

    private func create(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let name = EndpointName(try context.parameters.require("name")) else {
            throw APIError.badRequest("an endpoint's name is 1 to 63 of a-z, 0-9 and -")
        }
        let wanted = try await Self.creation(request)
        let created = try await registry.create(name, role: wanted.role, database: wanted.database)
        await changed(.created(created))
        return JSONReply.response(
            [
                "name": created.name.text, "user": created.role, "password": created.password.reveal(),
                "database": created.database,
            ], status: .created)
    }

    private func delete(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let force: Bool
        switch request.uri.queryParameters["force"] {
        case nil, "false": force = false
        case "true": force = true
        case .some: throw APIError.badRequest("force is true or false")
        }
        guard let name = EndpointName(try context.parameters.require("name")) else { throw APIError.endpointNotFound }
        try await registry.delete(name, force: force)
        await changed(.deleted(name))
        return Response(status: .noContent)
    }

    /// Answers when the compute has ended.
    private func suspend(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let urgency: StopUrgency
        switch request.uri.queryParameters["mode"] {
        case nil, "fast": urgency = .fast
        case "immediate": urgency = .immediate
        case .some: throw APIError.badRequest("mode is fast or immediate")
        }
        let controller = try await controller(context)
        await controller.suspend(urgency)
        return JSONReply.response(await controller.summary)
    }

    /// Replaces all rules: what the body leaves out is not restricted.
    private func setRules(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let controller = try await controller(context)
        let data = Data(try await Self.body(request).readableBytesView)
        // A rule that is misspelt must not be a rule that is missing.
        guard let object = try? JSONDecoder().decode([String: Anything?].self, from: data),
            object.keys.allSatisfy(EndpointRules.keys.contains),
            let rules = try? JSONDecoder().decode(EndpointRules.self, from: data)
        else { throw APIError.badRequest("the body is JSON with any of \(EndpointRules.keys.joined(separator: ", "))") }
        do throws(EndpointRules.Flaw) {
            _ = try rules.validated()
        } catch {
            throw APIError.badRequest("\(error)")
        }
        try await controller.setRules(rules)
        return JSONReply.response(rules)
    }

    private func controller(_ context: BasicRequestContext) async throws -> any ServedEndpoint {
        guard let name = EndpointName(try context.parameters.require("name")),
            let controller = try await registry.endpoint(name)
        else { throw APIError.endpointNotFound }
        return controller
    }

    /// For who asks only whether it is there.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    private struct Creation: Decodable {
        var role: String?
        var database: String?
    }

    private static func body(_ request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: bodyLimit)
        } catch is NIOTooManyBytesError {
            throw APIError(status: .contentTooLarge, message: "the body is too long")
        }
    }

    /// An empty body asks for nothing in particular, and so does an empty field.
    private static func creation(_ request: Request) async throws -> Creation {
        let body = try await Self.body(request)
        guard body.readableBytes > 0 else { return Creation() }
        guard var creation = try? JSONDecoder().decode(Creation.self, from: Data(body.readableBytesView)) else {
            throw APIError.badRequest("the body is JSON with role and database, both optional")
        }
        if creation.role == "" { creation.role = nil }
        if creation.database == "" { creation.database = nil }
        return creation
    }
}
