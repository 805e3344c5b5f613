package import Gossip

/// How a login is handed to another member.
package protocol LoginPeers: Sendable {
    func deliverLogin(_ json: [UInt8], for id: LoginSessionID, at member: MemberID) async -> LoginReply
}

/// What the member said.
package enum LoginReply: Equatable, Sendable {
    case taken
    /// Why not, in the words for the control plane.
    case failed(String)
    case lost
}

/// Brings a login from the browser to the session that waits for it, wherever in the fleet that is.
package struct LoginDesk: Sendable {
    private let waiters: LoginWaiters
    private let fleet: FleetView
    private let peers: any LoginPeers

    package init(waiters: LoginWaiters, fleet: FleetView, peers: any LoginPeers) {
        self.waiters = waiters
        self.fleet = fleet
        self.peers = peers
    }

    /// - Parameter json: as the control plane sent it; see ``LoginDelivery``.
    /// - Returns: why nobody could take it; `nil` when somebody has.
    package func deliver(_ json: [UInt8]) async -> String? {
        let login: LoginDelivery
        do {
            login = try LoginDelivery(json: json)
            try waiters.deliver(login)
            return nil
        } catch let failure as LoginWaiters.Failure {
            guard case .notRegistered(let id) = failure else { return failure.text }
            return await forward(json, for: id, or: failure.text)
        } catch {
            return "\(error)"
        }
    }

    /// Another member has it that the session is ours. It is not passed on again.
    package func deliverHere(_ json: [UInt8]) -> String? {
        do {
            try waiters.deliver(LoginDelivery(json: json))
            return nil
        } catch let failure as LoginWaiters.Failure {
            return failure.text
        } catch {
            return "\(error)"
        }
    }

    /// - Returns: `nil` when it was taken.
    private func forward(_ json: [UInt8], for id: LoginSessionID, or failure: String) async -> String? {
        var failure = failure
        for member in fleet.members where member.id != fleet.me && id.isPerhaps(of: member.id) {
            switch await peers.deliverLogin(json, for: id, at: member.id) {
            case .taken: return nil
            case .failed(let text): failure = text
            case .lost: failure = "the proxy that has the session does not answer"
            }
        }
        return failure
    }
}
