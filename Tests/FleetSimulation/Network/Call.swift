package import Gossip

/// A question over a stream, between proxies or from an agent to a proxy. Reliable, ordered enough, and it can break.
package struct Call: Sendable {
    package enum Caller: Equatable, Sendable {
        case host(Int, life: Int)
        case agent(endpoint: Int)
    }

    package enum Question: Sendable {
        case ping
        case repair(RepairQuestion)
        case report(AgentReport)
        case wake(PeerWake)
    }

    package var id: UInt64
    package var caller: Caller
    package var to: Int
    /// Whom the caller means; `nil` for whoever is there.
    package var process: ProcessID?
    package var question: Question
}

package enum CallAnswer: Sendable {
    case pong
    case repaired(RepairAnswer)
    case reported(upTo: FactVersion, life: Int)
    case wake(PeerWakeAnswer)
    /// Somebody else lives there now, or nobody.
    case refused
}

/// Calls that wait for an answer.
struct CallTable {
    struct Pending {
        var call: Call
        /// Whom to tell about: the member that was asked.
        var member: MemberID?
    }

    private var counter: UInt64 = 0
    /// Looked up only, never walked.
    private var pending: [UInt64: Pending] = [:]

    var count: Int { pending.count }

    mutating func begin(
        _ caller: Call.Caller, to host: Int, process: ProcessID?, member: MemberID?, _ question: Call.Question
    )
        -> Call
    {
        counter += 1
        let call = Call(id: counter, caller: caller, to: host, process: process, question: question)
        pending[counter] = Pending(call: call, member: member)
        return call
    }

    func peek(_ id: UInt64) -> Pending? { pending[id] }
    mutating func end(_ id: UInt64) -> Pending? { pending.removeValue(forKey: id) }
}
