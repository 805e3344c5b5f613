internal import HTTPListening
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Telemetry

/// The agent's HTTP listeners: one for the control plane, one for Postgres beside us.
struct AgentHTTPServer: AgentPart {
    let context: AgentContext
    let work: PostgresWork
    let configuration: AgentHTTPConfiguration
    let routes: [AgentRoute]
    let guardian: TokenGuard
    /// Set once both listen, or one of them cannot.
    let listening: Latch<AgentHTTPPorts>

    /// Without its API the agent would be deaf, so a listener that cannot be opened ends it.
    func run() async {
        let (found, source) = AsyncStream.makeStream(of: (AgentRoute.Listener, Int).self)
        let sides: [(AgentRoute.Listener, String, Int?)] = [
            (.external, configuration.externalHost, configuration.externalPort),
            (.loopback, "127.0.0.1", configuration.internalPort),
        ]
        await withDiscardingTaskGroup { group in
            for case (let side, let host, let port?) in sides {
                group.addTask { await serve(side, host: host, port: port) { source.yield((side, $0)) } }
            }
            group.addTask {
                var ports = AgentHTTPPorts()
                var missing = sides.count { $0.2 != nil }
                for await (side, port) in found {
                    if side == .external { ports.external = port } else { ports.loopback = port }
                    missing -= 1
                    if missing == 0 { break }
                }
                if !Task.isCancelled { listening.set(ports) }
            }
        }
    }

    private func serve(
        _ side: AgentRoute.Listener, host: String, port: Int, onListening: @escaping @Sendable (Int) -> Void
    ) async {
        var quiet = context.log
        // Hummingbird announces its start, and calls being cancelled an error; what matters it throws.
        quiet.logLevel = .critical
        let responder = AgentResponder(
            routes: routes.filter { $0.isServed(on: side) }, guardian: side == .external ? guardian : nil,
            metrics: context.metrics, log: context.log)
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: TimeAmount(configuration.idleLimit))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "sidecar",
                availableConnectionsDelegate: .maximum(configuration.connectionLimit, logger: quiet)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                context.log.info(
                    "serving HTTP", metadata: ["listener": "\(side)", "address": "\(host)", "port": "\(port)"])
                onListening(port)
            }, logger: quiet)
        do {
            // The signals are the agent's own; the application ends with the task.
            try await application.serve()
        } catch {
            guard !Task.isCancelled else { return }
            context.log.error("cannot serve HTTP", metadata: ["address": "\(host):\(port)", "error": "\(error)"])
            // Nobody asked for this end.
            work.note(exitCode: 1)
            context.mailbox.send(.terminateRequested(.fast, reason: "cannot serve HTTP on \(host):\(port)"))
            listening.set(AgentHTTPPorts())
        }
    }
}

/// Where the agent's HTTP listeners are, if they are.
package struct AgentHTTPPorts: Equatable, Sendable {
    package var external: Int?
    package var loopback: Int?
}
