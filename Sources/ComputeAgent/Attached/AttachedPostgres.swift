internal import Glibc
internal import Logging
internal import Synchronization
internal import Transport

/// A Postgres in a container beside the agent's: watched, and asked to stop, but neither started nor forced by us.
///
/// Where both containers share their processes and the data directory, it is watched in `/proc` and signalled. Else one
/// session is kept open: it notices the end, and through it Postgres signals itself.
final class AttachedPostgres: PostgresHandle {
    /// Which run of which server: another one in its place is not ours any more.
    struct Identity: Equatable, Sendable {
        var identifier: Int32
        var startedAt: String
    }

    private let login: AdministratorLogin
    private let sight: PostmasterSight
    private let identity: Identity
    /// Its process id here, when it can be seen.
    private let visible: Int32?
    private let exit = Latch<PostgresExit>()
    /// Signals that Postgres is to send itself, oldest first, each once.
    private let wishes = Mutex<[Int32]>([])
    private let wishCame = Signal()
    /// Why it could not be asked, told once while it stays the same.
    private let complaint = Mutex("")
    private let log: Logger

    /// Between two looks, and for the answer to one.
    private static let pause: Duration = .milliseconds(500)
    private static let askLimit: Duration = .seconds(5)
    /// Between attempts to get in for the first time.
    private static let attachPause: Duration = .milliseconds(200)

    private init(
        _ login: AdministratorLogin, _ sight: PostmasterSight, _ identity: Identity, visible: Int32?, log: Logger
    ) {
        (self.login, self.sight, self.identity, self.visible, self.log) = (login, sight, identity, visible, log)
    }

    /// Waits until Postgres lets us in.
    ///
    /// - Throws: `PostgresStartFailure` with the last refusal, when the limit has passed.
    static func attach(
        _ login: AdministratorLogin, sight: PostmasterSight, limit: Duration, log: Logger
    ) async throws -> AttachedPostgres {
        let end = ContinuousClock.now + limit
        var last = "nobody was asked"
        while ContinuousClock.now < end {
            do {
                let session = try await login.open(mayBeOverheard: true)
                return try await attached(over: session, login, sight, by: end, log)
            } catch {
                try Task.checkCancellation()
                if "\(error)" != last { log.info("postgres is not there yet", metadata: ["error": "\(error)"]) }
                last = "\(error)"
            }
            // Somebody else starts it, and tells us nothing. Ends when this task is cancelled.
            try await Task.sleep(for: attachPause)
        }
        throw PostgresStartFailure(description: "postgres did not let us in within \(limit): \(last)")
    }

    private static func attached(
        over session: PostgresConnection, _ login: AdministratorLogin, _ sight: PostmasterSight,
        by end: ContinuousClock.Instant, _ log: Logger
    ) async throws -> AttachedPostgres {
        do {
            let identity = try await identity(of: session, within: min(askLimit, ContinuousClock.now.duration(to: end)))
            let postgres = AttachedPostgres(login, sight, identity, visible: sight.identifier(), log: log)
            log.info(
                "attached",
                metadata: [
                    "pid": "\(identity.identifier)", "signalled": postgres.visible == nil ? "by itself" : "by us",
                ])
            // Ends when Postgres does, or with the agent; whoever attaches waits for it through `waitForExit`.
            Task { await postgres.supervise(session) }
            return postgres
        } catch {
            await session.close()
            throw error
        }
    }

    var identifier: Int32 { visible ?? 0 }
    var exited: PostgresExit? { exit.value }
    var isOurs: Bool { false }

    func waitForExit() async -> PostgresExit? { await exit.wait() }
    func waitForExit(atMost limit: Duration) async -> PostgresExit? { await exit.wait(atMost: limit) }

    func send(_ signal: Int32) {
        guard exit.value == nil else { return }
        if let visible {
            if sight.isWorking(visible) { ProcessTable.send(signal, to: visible) }
        } else if PostmasterWords.command(for: signal, to: identity.identifier) != nil {
            wishes.withLock { if !$0.contains(signal) { $0.append(signal) } }
            wishCame.fire()
        }
    }

    // MARK: Watching

    private func supervise(_ first: PostgresConnection) async {
        var session: PostgresConnection? = first
        while exit.value == nil {
            let more = wishCame.next
            // One that nobody can take there now waits for who can.
            if let session { await carryOutWishes(session) }
            session = await look(session)
            if exit.value == nil { _ = await more.wait(atMost: Self.pause) }
        }
        await session?.close()
    }

    /// One that our role may not have said now stays for when it may, with those after it.
    private func carryOutWishes(_ session: PostgresConnection) async {
        while let signal = wishes.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            guard await carryOut(signal, session) else {
                return wishes.withLock { wishes in
                    wishes.removeAll { $0 == signal }
                    wishes.insert(signal, at: 0)
                }
            }
        }
    }

    /// - Returns: whether that is all that can be done.
    private func carryOut(_ signal: Int32, _ session: PostgresConnection) async -> Bool {
        guard let command = PostmasterWords.command(for: signal, to: identity.identifier) else { return true }
        do {
            try await TimeLimit.run(Self.askLimit, "a signal to Postgres") { _ = try await session.query(command) }
            complaint.withLock { $0 = "" }
        } catch let refusal as PostgresServerError where refusal.isForWantOfRights {
            complain(refusal)
            return false
        } catch {
            // The signal may end this very session before it is answered.
            log.info("postgres was asked", metadata: ["signal": "\(signal)", "answer": "\(error)"])
        }
        return true
    }

    /// - Returns: the session to go on with; `nil` when there is none at the moment.
    private func look(_ session: PostgresConnection?) async -> PostgresConnection? {
        if let visible {
            if !sight.isWorking(visible) { end("its process is gone") }
            return session
        }
        if let session, (try? await Self.identity(of: session, within: Self.askLimit)) == identity { return session }
        await session?.close()
        do {
            let next = try await login.open(mayBeOverheard: true)
            do {
                let found = try await Self.identity(of: next, within: Self.askLimit)
                if found != identity { end("another one is in its place") }
                complaint.withLock { $0 = "" }
                return next
            } catch {
                await next.close()
                throw error
            }
        } catch {
            if login.isNobodyThere(error) { end("nobody listens any more") }
            complain(error)
        }
        return nil
    }

    private func complain(_ error: any Error) {
        let isNews = complaint.withLock { complaint in
            defer { complaint = "\(error)" }
            return complaint != "\(error)"
        }
        if isNews { log.warning("postgres cannot be asked", metadata: ["error": "\(error)"]) }
    }

    private func end(_ how: String) {
        exit.set(PostgresExit(status: .unknown(how)))
    }

    private struct Unreadable: Error {}

    /// A Postgres that lets us in may stand still all the same.
    private static func identity(of session: PostgresConnection, within limit: Duration) async throws -> Identity {
        let rows = try await TimeLimit.run(limit, "a look at Postgres") {
            try await session.query(PostmasterWords.identity)
        }
        guard let row = rows.first, row.count == 2, let identifier = row[0].flatMap({ Int32($0) }), let started = row[1]
        else { throw Unreadable() }
        return Identity(identifier: identifier, startedAt: started)
    }
}

extension AdministratorLogin {
    /// A server that starts, recovers or ends says so, and is there.
    fileprivate func isNobodyThere(_ error: any Error) -> Bool {
        if case .socket(let path) = way, access(path, F_OK) != 0 { return true }
        if let failure = error as? UpstreamFailure, case .dial(.refused) = failure.reason { return true }
        return false
    }
}
