internal import Gossip
package import SidecarAPI

/// Who reports: the parts of every report that never change in an agent's life.
package struct ReportIdentity: Equatable, Sendable {
    package var endpoint: String
    /// Also the name in Postgres's certificate.
    package var computeID: String
    /// Where Postgres listens, `host:port`.
    package var address: String

    package init(endpoint: String, computeID: String, address: String) {
        self.endpoint = endpoint
        self.computeID = computeID
        self.address = address
    }

    /// - Returns: the transition as it travels.
    package func message(of transition: Transition) -> ReportV1.Transition {
        var message = ReportV1.Transition()
        message.endpoint = endpoint
        message.computeID = computeID
        message.version = ReportV1.Version(
            generation: transition.version.generation, sequence: transition.version.sequence)
        message.state = transition.state.reported
        message.previousState = transition.previousState.reported
        message.atUnixMicros = transition.atUnixMicros
        message.address = address
        message.serverName = computeID
        message.pageserver = transition.pageservers?.reported
        message.error = transition.error
        message.reason = transition.reason
        message.agentAddress = transition.agentAddress
        message.roleSecretsRevision = transition.roleSecretsRevision
        message.scaleRequest = transition.scaleWish.map { wish in
            ReportV1.ScaleRequest(
                memoryBytes: wish.memoryBytes, memoryLimitBytes: wish.limitBytes, memoryUsedBytes: wish.usedBytes,
                memoryStallPermille: wish.stallPermille, reason: wish.reason)
        }
        switch transition.activity {
        case .unknown:
            message.activity = .unknown
        case .active(let last, let reason):
            message.activityReason = reason.reported
            message.activity = .active
            message.lastActiveUnixMicros = last
        case .idle(let since):
            message.activity = .idle
            message.lastActiveUnixMicros = since
        }
        return message
    }
}

extension ActivityReason {
    fileprivate var reported: ReportV1.ActivityReason {
        switch self {
        case .client: .client
        case .walSender: .walSender
        case .logicalSubscription: .logicalSubscription
        case .preparedTransaction: .preparedTransaction
        case .autovacuum: .autovacuum
        case .backgroundWorker: .backgroundWorker
        }
    }
}

extension ComputeState {
    fileprivate var reported: ReportV1.ComputeState {
        switch self {
        case .empty: .empty
        case .configurationPending: .configurationPending
        case .configuration: .configuration
        case .`init`: .`init`
        case .running: .running
        case .refreshConfigurationPending: .refreshConfigurationPending
        case .refreshConfiguration: .refreshConfiguration
        case .failed: .failed
        case .terminationPendingFast: .terminationPendingFast
        case .terminationPendingImmediate: .terminationPendingImmediate
        case .terminated: .terminated
        }
    }
}

extension PageserverConnectionInfo {
    fileprivate var reported: ReportV1.PageserverConnectionInfo {
        ReportV1.PageserverConnectionInfo(
            shardCount: UInt32(shardCount), stripeSize: stripeSize ?? 0,
            shards: shards.map { shard in
                ReportV1.PageserverShard(
                    index: shard.index.description,
                    pageservers: shard.pageservers.map { server in
                        ReportV1.Pageserver(
                            id: server.id ?? 0, libpqURL: server.libpqURL ?? "", grpcURL: server.grpcURL ?? "")
                    })
            },
            preferProtocol: preferredProtocol == .libpq ? .libpq : .grpc)
    }
}
