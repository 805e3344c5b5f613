internal import Logging
internal import TLSEngine

/// Keeps the lease of a compute that reads at one LSN, beside its lifecycle. Without a lease such a compute is not ready,
/// and who hears its reports is told.
struct LeasePart: AgentPart {
    let context: AgentContext

    /// As an impediment of readiness.
    static let name = "lease"

    func run() async {
        // The first spec decides: what kind a compute is never changes (`ComputeSpec.refuseOther`).
        guard await context.board.first(of: [.`init`]) != nil, let spec = context.specs.stored,
            spec.storageMode == .pageserver, case .static(let lsn) = spec.mode
        else { return }
        do {
            let link = try link(spec)
            context.impediments.set(Self.name, "\(LeaseLedger.State.pending)")
            let keeper = LeaseKeeper(lsn: lsn, link: link, log: context.log) { state in
                context.impediments.set(Self.name, state == .held ? nil : "\(state)")
                tell(state)
            }
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await keeper.run() }
                tasks.addTask { await follow(keeper, from: link.timeline.pageservers) }
            }
        } catch {
            context.impediments.set(Self.name, "\(error)")
            context.log.error("no lease can be asked for", metadata: ["error": "\(error)"])
        }
    }

    /// A spec that was applied may name other pageservers than the one before.
    private func follow(_ keeper: LeaseKeeper, from first: PageserverConnectionInfo) async {
        var known = first
        var last = await context.board.first(of: [.running])
        while !Task.isCancelled, let seen = last {
            if let spec = context.specs.applied, let link = try? link(spec), link.timeline.pageservers != known {
                known = link.timeline.pageservers
                keeper.move(to: link)
            }
            last = await context.board.first(of: [.running], after: seen.version)
        }
    }

    private func tell(_ state: LeaseLedger.State) {
        context.mailbox.send(.healthChanged(.lease, "\(state)", isWell: state == .held))
    }

    private func link(_ spec: ComputeSpec) throws -> PageserverLink {
        let options = context.configuration.storage
        return PageserverLink(
            timeline: try RemoteTimeline(spec),
            trust: try options.trustFile.map { try TLSContext.client(trustedCAFile: $0) }, group: context.group,
            connectLimit: options.basebackup.connectLimit, offences: context.metrics.serverOffences)
    }
}
