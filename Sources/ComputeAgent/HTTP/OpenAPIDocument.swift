internal import HTTPTypes

/// The description of the interface (OpenAPI 3.1.0), made from the routes themselves.
enum OpenAPIDocument {
    static func json(of routes: [AgentRoute], side: AgentRoute.Listener) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in routes where route.isServed(on: side) {
            var operations: [String: JSONValue] = [:]
            if case .object(let known)? = paths[route.path] { operations = known }
            operations[route.method.rawValue.lowercased()] = operation(route, side)
            paths[route.path] = .object(operations)
        }
        let scheme = JSONValue.object([
            "type": .string("http"), "scheme": .string("bearer"), "bearerFormat": .string("JWT"),
            "description": .string("Signed by EdDSA with a key of the agent's JWK set."),
        ])
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("sidecar agent"), "version": .string("1"),
                "description": .string(
                    side == .loopback
                        ? "What Postgres beside the agent may ask." : "What the control plane may ask one compute."),
            ]),
            "paths": .object(paths),
            "components": .object(["securitySchemes": .object(["token": scheme])]),
        ])
    }

    private static func operation(_ route: AgentRoute, _ side: AgentRoute.Listener) -> JSONValue {
        let isGuarded = route.needsToken && side == .external
        var fields: [String: JSONValue] = [
            "operationId": .string(identifier(route)), "summary": .string(route.summary),
            "responses": .object(
                Dictionary(
                    answers(route, isGuarded: isGuarded).map { ("\($0.status)", answer($0)) },
                    uniquingKeysWith: { first, _ in first })),
        ]
        if !route.parameters.isEmpty { fields["parameters"] = .list(route.parameters.map(parameter)) }
        if let body = route.body {
            fields["requestBody"] = .object([
                "required": .bool(true),
                "content": .object(["application/json": .object(["schema": body])]),
            ])
        }
        if isGuarded { fields["security"] = .list([.object(["token": .list([])])]) }
        return .object(fields)
    }

    private static func identifier(_ route: AgentRoute) -> String {
        let words = route.path.split { !$0.isLetter }.map { $0.lowercased() }
        return ([route.method.rawValue.lowercased()] + words).joined(separator: "_")
    }

    /// What every route may answer, without each saying so.
    private static func answers(_ route: AgentRoute, isGuarded: Bool) -> [AgentRoute.Answer] {
        var all = route.answers
        all.append(.init(414, "The path and query are too long.", Schemas.error))
        if isGuarded {
            all.append(.init(400, "The request or its token is malformed.", Schemas.error))
            all.append(.init(401, "The token proves nothing.", Schemas.error))
            all.append(.init(403, "The token is for another compute.", Schemas.error))
        }
        if route.body != nil || !route.parameters.isEmpty {
            all.append(.init(400, "The request is malformed.", Schemas.error))
        }
        if route.body != nil { all.append(.init(413, "The body is too large.", Schemas.error)) }
        return all
    }

    private static func answer(_ answer: AgentRoute.Answer) -> JSONValue {
        var fields: [String: JSONValue] = ["description": .string(answer.summary)]
        if answer.mediaType != nil || answer.schema != .object([:]) {
            let type = answer.mediaType ?? "application/json"
            fields["content"] = .object([type: .object(["schema": answer.schema])])
        }
        return .object(fields)
    }

    private static func parameter(_ parameter: AgentRoute.Parameter) -> JSONValue {
        .object([
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "schema": parameter.schema,
            "description": .string(parameter.summary),
        ])
    }
}
