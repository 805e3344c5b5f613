internal import ComputeAgent
package import FleetSimulation
internal import Gossip

/// Proxies with the gossip that production runs, and agents with the cores that production runs: the lifecycle, the text
/// of the journal, the queues; and at the other ends the cores of whoever hears them. Streams, disks, processes and what
/// happens to them are simulated here, on the fleet's virtual time.
///
/// The same configuration gives the same run.
package final class ReportFleet {
    let configuration: ReportConfiguration
    package let fleet: Fleet
    var dice: Dice
    var agents: [SimulatedAgent]
    var truths: [AgentTruth]
    var proxies: [ReceivingProxy]
    /// Of each endpoint, what the control plane has taken and keeps as its history.
    var histories: [EndpointRecordBook]
    /// Looked up only.
    var streams: [Int: ReportStream] = [:]
    var streamCounter = 0
    package internal(set) var statistics = ReportStatistics()
    /// Nothing goes wrong any more, and agents only bring to an end what they have begun.
    var isCalm = false
    /// Everybody knows the truth: whatever is dialled is there.
    var hasAgreed = false

    private var events: [Int: ReportEvent] = [:]
    private var eventCounter = 0
    private let start = ContinuousClock.now

    package init(_ configuration: ReportConfiguration) {
        self.configuration = configuration
        fleet = Fleet(configuration.fleet)
        var dice = Dice(seed: Dice.mixed(configuration.fleet.seed ^ 0xa9e7))
        let hosts = configuration.fleet.hosts
        agents = (0..<configuration.agents).map { number in
            SimulatedAgent(number: number, proxies: dice.sample(hosts, below: hosts))
        }
        truths = Array(repeating: AgentTruth(), count: configuration.agents)
        histories = Array(repeating: EndpointRecordBook(), count: configuration.agents)
        proxies = Array(repeating: ReceivingProxy(), count: hosts)
        self.dice = dice
        fleet.looked = { [unowned self] _, number in
            if let event = events.removeValue(forKey: number) { happen(event) }
        }
        fleet.factLearned = { [unowned self] host, fact, _ in learned(fact, at: host) }
        fleet.agentsLost = { [unowned self] host in lost(host) }
        for number in agents.indices { begin(number) }
        if configuration.dialInterval > .zero { after(configuration.dialInterval, .somebodyDials) }
    }

    /// Virtual time, for cores that ask for an instant.
    var instant: ContinuousClock.Instant { start.advanced(by: .nanoseconds(Int64(fleet.now.nanoseconds))) }
    var micros: Int64 { Int64(fleet.now.nanoseconds / 1_000) }

    func after(_ delay: Span, _ event: ReportEvent) { at(fleet.now + delay, event) }

    func at(_ moment: Moment, _ event: ReportEvent) {
        eventCounter += 1
        events[eventCounter] = event
        fleet.look(eventCounter, at: max(fleet.now, moment))
    }

    private func happen(_ event: ReportEvent) {
        switch event {
        case .agentStarts(let number, let life): if agents[number].life == life { startAgent(number) }
        case .agentActs(let number, let life): if agents[number].life == life { act(number) }
        case .agentIsKilled(let number, let life): if agents[number].life == life { kill(number, "at any time") }
        case .agentGivesUp(let number, let life): if agents[number].life == life { exit(number) }
        case .agentConnects(let number, let life, let listener):
            if agents[number].life == life { connect(number, listener) }
        case .generationBegins(let number): begin(number)
        case .arrived(let stream, let transition): arrived(transition, on: stream)
        case .listenerLooks(let stream): drain(stream)
        case .acknowledged(let stream, let version): acknowledged(version, on: stream)
        case .breakNoticed(let stream): noticeBreak(of: stream)
        case .networkCuts(let number): cutOff(number)
        case .somebodyDials: dial()
        }
    }
}
