internal import Gossip
internal import HTTPTypes
internal import Telemetry

/// What the control plane does with a compute's life: look, configure, refresh, end.
struct LifecycleRoutes {
    let context: AgentContext
    let configuration: AgentHTTPConfiguration

    var all: [AgentRoute] { [status, configure, terminate, refresh] }

    // MARK: Looking

    private var status: AgentRoute {
        AgentRoute(
            method: .get, path: "/status", listener: .external, needsToken: true,
            summary: "What the compute is doing; answered in every state.",
            answers: [.init(200, "The state.", Schemas.status)]
        ) { _ in AgentReply(200, await statusBody()) }
    }

    private func statusBody() async -> JSONValue {
        let pending = await context.keeper.pendingRestart
        let board = context.board
        let spec = context.specs.stored
        return .object([
            "start_time": Self.time(board.configuredMicros), "tenant": Self.text(spec?.tenantID),
            "timeline": Self.text(spec?.timelineID), "status": .string(board.state.rawValue),
            "last_active": Self.time(board.lastActiveMicros), "last_active_reason": .string(board.activityText),
            "error": Self.text(board.error), "pending_restart": .list(pending.map(JSONValue.string)),
        ])
    }

    private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    private static func time(_ micros: Int64?) -> JSONValue {
        micros.map { .string(Timestamp.rfc3339(unixMillis: $0 / 1000)) } ?? .null
    }

    // MARK: Configuring

    private var configure: AgentRoute {
        AgentRoute(
            method: .post, path: "/configure", listener: .external, needsToken: true,
            summary: "Gives the compute a spec and waits until it is applied.",
            body: Schemas.envelope, bodyLimit: SpecEnvelope.byteLimit,
            answers: [
                .init(200, "It is applied.", Schemas.status),
                .init(400, "It is no spec, or one of another compute; says where.", Schemas.error),
                .init(409, "The compute was told to stop meanwhile.", Schemas.error),
                .init(412, "Not in this state; ask again later.", Schemas.error),
                .init(500, "It could not be applied; a Postgres that served serves on.", Schemas.error),
                .init(504, "It is still being applied.", Schemas.error),
            ]
        ) { request in
            let envelope: SpecEnvelope
            let spec: ComputeSpec
            do {
                envelope = try SpecEnvelope(json: request.body, from: .pushed)
                guard let pushed = envelope.spec else { throw SpecFailure(at: "spec", "must not be null") }
                try context.specs.refuseOther(pushed)
                spec = pushed
            } catch {
                throw AgentHTTPFailure(400, "\(error)")
            }
            try await apply(spec, beside: envelope.control)
            return AgentReply(200, await statusBody())
        }
    }

    /// - Throws: what `/configure` answers when it is not 200.
    func apply(_ spec: ComputeSpec, beside control: ComputeControl) async throws(AgentHTTPFailure) {
        let version: FactVersion
        switch await context.mailbox.ask(.configureRequested, bringing: spec, beside: control) {
        case .accepted(let at): version = at
        case .refused(let state), .ignored(let state): throw AgentHTTPFailure(invalid: state)
        case nil: throw AgentHTTPFailure(409, "the agent is ending")
        }
        let outcome = await context.board.first(
            of: [.running, .failed, .terminationPendingFast, .terminationPendingImmediate, .terminated],
            after: version, within: configuration.configureLimit)
        if let refusal = outcome?.refusal { throw AgentHTTPFailure(500, "compute configuration failed: \(refusal)") }
        switch outcome?.state {
        case .running: return
        case .failed:
            throw AgentHTTPFailure(500, "compute configuration failed: \(outcome?.error ?? "")")
        case nil: throw AgentHTTPFailure(504, "the configuration is still being applied")
        default: throw AgentHTTPFailure(409, "the compute was told to stop")
        }
    }

    private var refresh: AgentRoute {
        AgentRoute(
            method: .post, path: "/refresh_configuration", listener: .loopback, needsToken: false,
            summary: "Has the spec fetched again, and applied if it changed. Does not wait for that.",
            answers: [
                .init(200, "It will be."), .init(412, "Not in this state.", Schemas.error),
            ]
        ) { _ in
            context.metrics.refreshCalled()
            guard context.specs.canFetch else {
                throw AgentHTTPFailure(412, "this compute gets its spec by /configure alone")
            }
            switch await context.mailbox.ask(.refreshRequested) {
            case .accepted, .ignored: return AgentReply(status: 200)
            case .refused(let state): throw AgentHTTPFailure(invalid: state)
            case nil: throw AgentHTTPFailure(412, "the agent is ending")
            }
        }
    }

    // MARK: Ending

    private var terminate: AgentRoute {
        AgentRoute(
            method: .post, path: "/terminate", listener: .external, needsToken: true,
            summary: "Ends the compute and waits for that. The agent then answers a little longer.",
            parameters: [
                .init(
                    name: "mode", place: .query, isRequired: false,
                    schema: .object(["enum": .list([.string("fast"), .string("immediate")])]),
                    summary: "fast, the default, lets Postgres write a checkpoint; immediate does not.")
            ],
            answers: [
                .init(200, "It has ended.", Schemas.termination),
                .init(201, "It had ended before.", Schemas.termination),
                .init(504, "It is still ending.", Schemas.error),
            ]
        ) { request in
            let word = request.query["mode"] ?? StopMode.fast.rawValue
            guard let mode = StopMode(rawValue: word) else {
                throw AgentHTTPFailure(400, "mode: is neither fast nor immediate")
            }
            if context.board.state == .terminated { return AgentReply(201, terminationBody) }
            _ = await context.mailbox.ask(.terminateCalled(mode))
            let limit = context.configuration.stopLimit + configuration.terminateLimit
            guard await context.board.first(of: [.terminated], within: limit) != nil else {
                throw AgentHTTPFailure(504, "the compute is still ending")
            }
            return AgentReply(200, terminationBody)
        }
    }

    private var terminationBody: JSONValue {
        switch context.board.finalPosition {
        case .at(let position)?: return .object(["lsn": .string("\(position)")])
        case .notObtained(let why)?: return .object(["lsn": .null, "lsn_missing_because": .string(why)])
        case nil: return .object(["lsn": .null, "lsn_missing_because": .string("not known yet")])
        }
    }
}
