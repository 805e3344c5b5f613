internal import ComputeAgent
internal import Gossip

/// What can happen to agents and their streams at a moment of virtual time.
enum ReportEvent {
    case agentStarts(Int, life: Int)
    case agentActs(Int, life: Int)
    case agentIsKilled(Int, life: Int)
    /// It has waited long enough for somebody to hear its last reports.
    case agentGivesUp(Int, life: Int)
    case agentConnects(Int, life: Int, Listener)
    case generationBegins(Int)
    case arrived(stream: Int, Transition)
    case listenerLooks(stream: Int)
    case acknowledged(stream: Int, FactVersion)
    case breakNoticed(stream: Int)
    case networkCuts(Int)
    case somebodyDials
}
