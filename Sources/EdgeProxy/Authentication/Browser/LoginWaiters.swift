package import Gossip
internal import Synchronization

/// The sessions of this proxy that wait for somebody to log in in the browser.
package final class LoginWaiters: Sendable {
    /// Sessions that wait at one time.
    package static let limit = 1_000

    /// Why a login found nobody, in the words that control planes know.
    package enum Failure: Error, Equatable, Sendable {
        case notRegistered(LoginSessionID)
        /// It was there, and left at the same moment.
        case hangup

        package var text: String {
            switch self {
            case .notRegistered(let id): "waiter `\(id)` not registered"
            case .hangup: "channel hangup"
            }
        }
    }

    private let me: MemberID
    private let waiting = Mutex<[LoginSessionID: AsyncStream<LoginDelivery>.Continuation]>([:])

    package init(me: MemberID) {
        self.me = me
    }

    package var count: Int { waiting.withLock { $0.count } }

    /// Takes a place under a new id for as long as `body` runs.
    ///
    /// - Parameter body: gets the id, and the one login for it once it comes.
    /// - Returns: `nil` when too many wait already.
    func wait<Value: Sendable>(
        _ body: (LoginSessionID, AsyncStream<LoginDelivery>) async throws -> Value
    ) async throws -> Value? {
        let (logins, inbox) = AsyncStream.makeStream(of: LoginDelivery.self, bufferingPolicy: .bufferingOldest(1))
        guard let id = register(inbox) else { return nil }
        defer {
            waiting.withLock { $0[id] = nil }
            inbox.finish()
        }
        return try await body(id, logins)
    }

    /// Hands a login to the session that waits for it; it is taken once.
    package func deliver(_ login: LoginDelivery) throws(Failure) {
        guard let inbox = waiting.withLock({ $0.removeValue(forKey: login.session) }) else {
            throw .notRegistered(login.session)
        }
        guard case .enqueued = inbox.yield(login) else { throw .hangup }
        inbox.finish()
    }

    private func register(_ inbox: AsyncStream<LoginDelivery>.Continuation) -> LoginSessionID? {
        waiting.withLock { waiting in
            guard waiting.count < Self.limit else { return nil }
            var id = LoginSessionID.fresh(owner: me)
            while waiting[id] != nil { id = LoginSessionID.fresh(owner: me) }
            waiting[id] = inbox
            return id
        }
    }
}
