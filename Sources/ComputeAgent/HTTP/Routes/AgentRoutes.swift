internal import HTTPTypes

/// Everything that the agent answers over HTTP.
enum AgentRoutes {
    /// - Parameter others: of parts that bring their own.
    static func all(_ context: AgentContext, _ configuration: AgentHTTPConfiguration, others: [AgentRoute] = [])
        -> [AgentRoute]
    {
        let database = DatabaseDesk(context: context, limit: configuration.queryLimit)
        let routes =
            ProbeRoutes(context: context).all
            + LifecycleRoutes(context: context, configuration: configuration).all
            + CatalogRoutes(database: database).all
            + [
                SchemaRoute(context: context, database: database, limit: configuration.dumpLimit).route,
                PromoteRoute(context: context, database: database, configuration: configuration).route,
            ] + AbsentRoutes.all + others
        return routes + [description(of: routes, on: .external), description(of: routes, on: .loopback)]
    }

    private static func description(of routes: [AgentRoute], on side: AgentRoute.Listener) -> AgentRoute {
        // It does not change while the agent lives.
        let document = OpenAPIDocument.json(of: routes, side: side)
        return AgentRoute(
            method: .get, path: "/openapi.json", listener: side, needsToken: false,
            summary: "This description.", answers: [.init(200, "The document.", Schemas.anything)]
        ) { _ in AgentReply(200, document) }
    }
}
