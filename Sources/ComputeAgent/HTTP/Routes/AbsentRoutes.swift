internal import HTTPTypes

/// Routes of Neon's agent for what a plain PostgreSQL does not have. They answer in the interface's own words, so that a
/// control plane can tell “not here” from “no such compute”.
enum AbsentRoutes {
    static var all: [AgentRoute] {
        let cache = "this compute has no local file cache"
        return [
            absent(.get, "/lfc/prewarm", cache), absent(.post, "/lfc/prewarm", cache),
            absent(.delete, "/lfc/prewarm", cache), absent(.get, "/lfc/offload", cache),
            absent(.post, "/lfc/offload", cache),
            absent(.get, "/autoscaling_metrics", cache, needsToken: false),
            absent(.post, "/failpoints", "this build has no failpoints", listener: .loopback),
            absent(
                .post, "/extension_server/{file}", "this compute has no storage for extensions", listener: .loopback,
                parameters: [
                    .init(
                        name: "file", place: .path, isRequired: true, schema: Schemas.text,
                        summary: "The file that is wanted.")
                ]),
        ]
    }

    private static func absent(
        _ method: HTTPRequest.Method, _ path: String, _ why: String, listener: AgentRoute.Listener = .external,
        needsToken: Bool = true, parameters: [AgentRoute.Parameter] = []
    ) -> AgentRoute {
        AgentRoute(
            method: method, path: path, listener: listener, needsToken: listener == .external && needsToken,
            summary: "Not available: \(why).", parameters: parameters,
            answers: [.init(412, "Not available here.", Schemas.error)]
        ) { _ in throw AgentHTTPFailure(412, why) }
    }
}
