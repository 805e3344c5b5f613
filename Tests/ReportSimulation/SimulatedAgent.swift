internal import ComputeAgent
internal import FleetSimulation
internal import Gossip

/// One endpoint: its compute, the agent beside it, and the agent's disk.
struct SimulatedAgent {
    static let queueLimit = 48

    let number: Int
    let endpoint: EndpointName
    /// Of its proxies' addresses, an order of its own.
    let proxies: [Int]
    var generation: UInt64 = 0
    /// Whether Postgres accepts connections.
    var isServing = false
    /// The journal's file. Outlives the process, and the generation.
    var disk: [UInt8]?
    /// `nil` while nothing runs.
    var process: AgentProcess?
    /// Goes up with every start and every end of a process: what was meant for an earlier life is dropped.
    var life = 0
    /// Nobody is reached from here before.
    var isCutOffUntil: Moment = .zero
    /// Reports of this generation so far, in all its lives.
    var reports = 0

    init(number: Int, proxies: [Int]) {
        self.number = number
        self.proxies = proxies
        guard let name = EndpointName("ep-\(number)") else { preconditionFailure("ep-\(number) is a name") }
        endpoint = name
    }

    var computeID: String { "compute-\(number)-\(generation)" }

    var identity: ReportIdentity {
        ReportIdentity(
            endpoint: endpoint.text, computeID: computeID,
            address: "10.200.\(number % 256).\(generation % 256):5432")
    }
}

/// What an agent keeps in memory, and loses when it is killed.
struct AgentProcess {
    var lifecycle: ComputeLifecycle
    var log: TransitionLog
    var links = [Listener.fleet: AgentLink(), .controlPlane: AgentLink()]
    /// It only waits for its last reports to be heard.
    var isEnding = false
    /// Postgres was taken up in this life.
    var hasRun = false
}

/// Whom an agent reports to.
enum Listener: CaseIterable, Sendable {
    /// Any one proxy.
    case fleet
    case controlPlane
}

/// One target: what is unheard, and the stream to it, if one is open.
struct AgentLink {
    var queue = ReportQueue(limit: SimulatedAgent.queueLimit)
    var stream: Int?
    /// Attempts since the listener last acknowledged something.
    var failures = 0
    /// Of the address in use, going round.
    var turn = 0
}

/// Where in telling one transition an agent is killed.
package enum KillPoint: Equatable, Sendable {
    case beforeWriting
    /// This much of what is written gets to the disk, 0..<1.
    case whileWriting(share: Double)
    case written
    case toldTheFleet
    case toldAll

    static func draw(dice: inout Dice) -> KillPoint {
        let all: [KillPoint] = [.beforeWriting, .whileWriting(share: dice.unit()), .written, .toldTheFleet, .toldAll]
        return all[dice.index(below: all.count)]
    }
}

/// A stream of reports. Ordered both ways; it may break, and then what was under way arrives up to some point or not.
struct ReportStream {
    enum End: Equatable { case proxy(Int, life: Int), controlPlane }

    let agent: Int
    let life: Int
    let end: End
    /// When the last thing sent arrives there, and back.
    var lastThere: Moment = .zero
    var lastBack: Moment = .zero
    /// What would arrive later than this does not.
    var lostAfter: Moment = .never
    /// Arrived at a listener that is stopped.
    var waiting: [Transition] = []
}
