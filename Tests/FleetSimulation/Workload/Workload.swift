package import Gossip

/// The databases and whoever wants them: what happens to a fleet when nothing goes wrong.
package struct Workload {
    package var databases: [Database]
    package var controlPlane: ControlPlane
    package var clients: [UInt64: Client] = [:]
    package var clientCounter: UInt64 = 0
    package var statistics = WakeStatistics()
    var dice: Dice

    init(endpoints: Int, seed: UInt64) {
        dice = Dice(seed: seed)
        databases = (0..<endpoints).map { Database(number: $0) }
        controlPlane = ControlPlane(endpoints: endpoints, seed: dice.next())
    }
}

package enum WorkloadEvent: Sendable {
    case clientComes
    case clientArrives(endpoint: Int, host: Int)
    case clientDials(client: UInt64)
    case clientGivesUp(client: UInt64)
    case agentActs(endpoint: Int)
    case agentConnects(endpoint: Int)
    case computeStarted(endpoint: Int, generation: UInt64)
    case clientRetries(client: UInt64)
    case requestArrived(request: Int)
    case requestWaits(request: Int)
    /// `nil`: it failed.
    case requestAnswered(request: Int, generation: UInt64?)
    case wakeTimer(host: Int, life: Int, token: UInt64)
    case wakeBeat(host: Int, life: Int, call: UInt64)
    case askLost(host: Int, life: Int, ask: WakeAskID)
    case callCancelled(host: Int, call: UInt64)
}

/// One endpoint: its compute, if there is one, and the agent beside it.
package struct Database: Sendable {
    package enum Compute: Equatable, Sendable { case none, starting, running }

    package let number: Int
    package let endpoint: EndpointName
    package var compute = Compute.none
    package var generation: UInt64 = 0
    package var sequence: UInt64 = 0
    package var agent = AgentLink()
    /// Of its roles' secrets; given by the control plane.
    package var revision: UInt64 = 0

    init(number: Int) {
        self.number = number
        guard let name = EndpointName("ep-\(number)") else { preconditionFailure("ep-\(number) is a name") }
        endpoint = name
    }

    package func place(ofGeneration generation: UInt64) -> ComputePlace {
        ComputePlace(
            address: "10.200.\(number % 256).\(generation % 256):5432", serverName: "compute-\(number)-\(generation)",
            computeID: "compute-\(number)-\(generation)")
    }
}

/// The agent's side of its stream to some proxy.
package struct AgentLink: Sendable {
    /// Whom it reports to, and which process that was.
    package var proxy: (host: Int, life: Int)?
    /// In order of version; told again after every reconnect until acknowledged.
    package var unacknowledged: [EndpointFact] = []
    package var latest: EndpointFact?
    package var isReporting = false

    /// Whether some proxy that still runs has taken the latest fact.
    package var isSettled: Bool { proxy != nil && unacknowledged.isEmpty && !isReporting }
}

package struct AgentReport: Sendable {
    package var endpoint: Int
    package var facts: [EndpointFact]
}
