internal import HTTPTypes

/// What storage controllers tell: where pages and log are now. Whoever may tell that may say where a compute reads its
/// pages, so it takes a token like everything else.
struct NotificationRoutes {
    let desk: NotificationDesk

    var all: [AgentRoute] {
        [
            route("/notify-attach", "A tenant's pageservers have changed.") { await desk.attach($0) },
            route("/notify-safekeepers", "A timeline's safekeepers have changed.") { await desk.safekeepers($0) },
        ]
    }

    private func route(
        _ path: String, _ summary: String, _ take: @escaping @Sendable ([UInt8]) async -> NotificationDesk.Reply
    ) -> AgentRoute {
        AgentRoute(
            method: .put, path: path, listener: .external, needsToken: true, summary: summary,
            body: .object(["type": .string("object")]),
            answers: [
                .init(200, "Applied, or known already.", Self.told),
                .init(423, "Written down, and applied later.", Schemas.error),
                .init(429, "Another one is being applied.", Schemas.error),
                .init(503, "It cannot be applied now.", Schemas.error),
            ]
        ) { request in
            let reply = await take(request.body)
            let word = (200..<300).contains(reply.status) ? "status" : "error"
            var answer = AgentReply(reply.status, .object([word: .string(reply.text)]))
            answer.retryAfter = reply.retryAfter
            return answer
        }
    }

    private static let told = Schemas.object(["status": Schemas.text])
}
