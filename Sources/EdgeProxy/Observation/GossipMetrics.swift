internal import Gossip
package import Telemetry
internal import Transport

/// The gossip's series. The core counts by itself; its numbers are copied here when somebody wants to read them.
package struct GossipMetrics: Sendable {
    private let registry: MetricRegistry
    private let replicasWanted: Int?

    package init(registry: MetricRegistry, replicasWanted: Int?) {
        self.registry = registry
        self.replicasWanted = replicasWanted
    }

    package func copy(_ snapshot: GossipService.Snapshot) {
        copyMembers(snapshot)
        copyTraffic(snapshot)
        copyState(snapshot)
    }

    /// Split brain is a state to be shown: members alive, addresses found, replicas wanted.
    private func copyMembers(_ snapshot: GossipService.Snapshot) {
        let counters = snapshot.counters
        let members = [
            ("alive", counters.membersAlive), ("suspect", counters.membersSuspect), ("dead", counters.membersDead),
            ("left", counters.membersLeft),
        ]
        for (health, count) in members {
            gauge("members", "Members by their health here, this one included.", [("health", health)], count)
        }
        gauge("addresses_found", "Addresses that discovery named last.", snapshot.addressesFound)
        if let replicasWanted { gauge("replicas_wanted", "Members there should be.", replicasWanted) }
        gauge("stream_only_members", "Members that answer over TCP alone.", counters.streamOnlyMembers)
        gauge("local_health", "Lifeguard's score: 0 is well, 8 is at its worst.", counters.localHealth)
        total("suspicions_total", "Members suspected.", counters.suspicions)
        total("refutations_total", "Times this member had to refute.", counters.refutations)
        total("deaths_total", "Members declared or heard dead.", counters.deaths)
        total("returns_total", "Dead members that came back: false verdicts, or a healed network.", counters.returns)
        total("pauses_total", "Times this process stood still.", counters.pauses)
        total("probes_total", "Probes, by outcome.", [("outcome", "sent")], counters.probesSent)
        total("probes_total", "Probes, by outcome.", [("outcome", "unanswered")], counters.probesUnanswered)
        total("probes_total", "Probes, by outcome.", [("outcome", "failed")], counters.probesFailed)
    }

    private func copyTraffic(_ snapshot: GossipService.Snapshot) {
        let (socket, counters) = (snapshot.socket, snapshot.counters)
        let (sent, received) = ([("direction", "tx")], [("direction", "rx")])
        total("datagrams_total", "Datagrams that were sealed or opened.", sent, socket.datagramsSent)
        total("datagrams_total", "Datagrams that were sealed or opened.", received, socket.datagramsReceived)
        total("bytes_total", "Their bytes, without UDP's and IP's headers.", sent, socket.bytesSent)
        total("bytes_total", "Their bytes, without UDP's and IP's headers.", received, socket.bytesReceived)
        for reason in DatagramRefusal.Reason.allCases {
            total(
                "datagrams_refused_total", "Datagrams that changed nothing.", [("reason", reason.rawValue)],
                socket.opening[reason])
        }
        total("datagrams_malformed_total", "Sealed datagrams that make no sense.", counters.datagramsMalformed)
        total("implausible_total", "What was understood and not believed.", counters.implausible)
        total(
            "datagrams_unsent_total", "Lost on their way out.", socket.datagramsUnsendable &+ socket.datagramsUnsent)
        total("receive_buffer_drops_total", "Lost by the kernel on their way in.", socket.receiveBufferDrops)
        total("slow_steps_total", "Steps of the core over 5 ms.", socket.slowSteps)
        total("news_total", "News, by what became of it.", [("outcome", "published")], counters.newsPublished)
        total("news_total", "News, by what became of it.", [("outcome", "fresh")], counters.newsFresh)
        total("news_total", "News, by what became of it.", [("outcome", "dropped")], counters.newsDropped)
        total("news_total", "News, by what became of it.", [("outcome", "over_rate")], counters.newsOverRate)
        total("pulls_total", "News asked for by its id.", counters.pullsSent)
    }

    private func copyState(_ snapshot: GossipService.Snapshot) {
        let counters = snapshot.counters
        gauge("facts", "Facts kept whole.", counters.facts)
        gauge("floors", "Versions kept of facts that are not.", counters.floors)
        gauge("spread_queue", "News waiting to be sent on.", counters.spreadQueue)
        gauge("synced", "1 once this member has all that the others know.", snapshot.isSynced ? 1 : 0)
        let milliseconds = Int(snapshot.staleness / .milliseconds(1))
        gauge("staleness_milliseconds", "Since anybody last agreed with this member.", milliseconds)
        total("repairs_total", "Repairs, by outcome.", [("outcome", "completed")], counters.repairsCompleted)
        total("repairs_total", "Repairs, by outcome.", [("outcome", "failed")], counters.repairsFailed)
        total("tied_versions_total", "Facts of one version that say two things: a bug.", counters.tiedVersions)
    }

    private func gauge(_ name: String, _ help: String, _ value: Int) { gauge(name, help, [], value) }

    private func gauge(_ name: String, _ help: String, _ labels: [(String, String)], _ value: Int) {
        registry.gauge("sidecar_gossip_" + name, help: help, labels: labels).set(value)
    }

    private func total(_ name: String, _ help: String, _ value: UInt64) { total(name, help, [], value) }

    private func total(_ name: String, _ help: String, _ labels: [(String, String)], _ value: UInt64) {
        registry.counter("sidecar_gossip_" + name, help: help, labels: labels).raise(to: Int(clamping: value))
    }
}
