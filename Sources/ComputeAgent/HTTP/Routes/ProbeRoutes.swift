internal import HTTPTypes
internal import Telemetry

/// What Kubernetes and Prometheus ask. None of it depends on the control plane, and none needs a token.
struct ProbeRoutes {
    let context: AgentContext

    /// How long the agent may take to answer itself before it counts as stuck.
    private static let heartbeatLimit: Duration = .seconds(5)

    var all: [AgentRoute] {
        [
            probe("/startupz", "Whether the first start is over, well or not.") { startup() },
            probe("/livez", "Whether the agent is worth keeping: its lifecycle turns.") { await live() },
            probe("/readyz", "Whether clients can be served.") { ready() },
            AgentRoute(
                method: .get, path: "/metrics", listener: .both, needsToken: false, summary: "Metrics for Prometheus.",
                answers: [.init(200, "Text format 0.0.4.", Schemas.text, mediaType: "text/plain")]
            ) { _ in
                AgentReply(
                    text: context.metrics.registry.exposition(), mediaType: "text/plain; version=0.0.4; charset=utf-8")
            },
            AgentRoute(
                method: .get, path: "/metrics.json", listener: .external, needsToken: true,
                summary: "How long the phases of the start took.",
                answers: [.init(200, "Milliseconds, unless the name says otherwise.", Self.numbers)]
            ) { _ in AgentReply(200, .object(context.metrics.startupNumbers.mapValues { .integer($0) })) },
        ]
    }

    private static let numbers = JSONValue.object(["type": .string("object"), "additionalProperties": Schemas.count])

    private func probe(
        _ path: String, _ summary: String, _ look: @escaping @Sendable () async -> (Bool, String)
    ) -> AgentRoute {
        AgentRoute(
            method: .get, path: path, listener: .both, needsToken: false, summary: summary,
            answers: [
                .init(200, "It is.", Schemas.text, mediaType: "text/plain"),
                .init(503, "It is not, and why.", Schemas.text, mediaType: "text/plain"),
            ]
        ) { _ in
            let (isFine, text) = await look()
            return AgentReply(isFine ? 200 : 503, text: text + "\n")
        }
    }

    private func startup() -> (Bool, String) {
        let state = context.board.state
        switch state {
        case .empty, .configurationPending, .`init`: return (context.board.hasRun, state.rawValue)
        case .configuration, .running, .refreshConfigurationPending, .refreshConfiguration, .failed,
            .terminationPendingFast, .terminationPendingImmediate, .terminated:
            return (true, state.rawValue)
        }
    }

    /// A compute without a spec, or one whose start failed, is alive: ending it is for whoever reads its state.
    private func live() async -> (Bool, String) {
        let beats = await context.mailbox.isRead(within: Self.heartbeatLimit)
        return (beats, beats ? "ok" : "the lifecycle does not turn")
    }

    private func ready() -> (Bool, String) {
        let flaw = ComputeReadiness(board: context.board, impediments: context.impediments).flaw
        return (flaw == nil, flaw ?? "ok")
    }
}
