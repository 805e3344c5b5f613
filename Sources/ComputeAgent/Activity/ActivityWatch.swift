internal import Logging
internal import PostgresWire
internal import TLSEngine
internal import Transport

/// Looks who is being served. One session for all looks; a failed look costs it, and the next opens another.
struct ActivityWatch {
    enum Look: Equatable {
        case seen(ActivitySample)
        /// Postgres answers, and does not let the agent see who is served.
        case blind
        case failed
    }

    let login: AdministratorLogin
    /// How long one look may take before its outcome is unknown.
    let lookLimit: Duration
    /// From one knock to the next: whether Postgres still takes new connections.
    let knockInterval: Duration
    let policy: ActivityPolicy
    let log: Logger
    /// The time of day, microseconds of Unix time.
    var timeOfDay: @Sendable () -> Int64 = UnixClock.micros
    private var tracker: ActivityTracker
    private var clockJump = ClockJump()
    private var silence: SilenceTracker
    private var session: PostgresConnection?
    private var nextKnock: ContinuousClock.Instant

    init(
        login: AdministratorLogin, runningSinceMicros: Int64, lookLimit: Duration, silenceLimit: Duration,
        knockInterval: Duration, policy: ActivityPolicy, log: Logger
    ) {
        self.knockInterval = knockInterval
        nextKnock = .now + knockInterval
        self.policy = policy
        self.login = login
        self.lookLimit = lookLimit
        self.log = log
        tracker = ActivityTracker(runningSinceMicros: runningSinceMicros, policy: policy)
        silence = SilenceTracker(limit: silenceLimit)
    }

    /// What there is to report after a look.
    struct News: Equatable {
        var look: Look
        /// `nil` when it is as it was.
        var activity: Activity?
        /// `nil` when nothing is known of them.
        var missingRights: Set<AgentRight>?
        /// ``RolesDigest``; `nil` when it could not be had.
        var roles: String?
        /// For how long Postgres has said nothing at all, once that is too long.
        var silentFor: Duration?
    }

    /// - Parameter limit: as `lookLimit`.
    /// - Parameter reopening: whether a session may be opened if there is none.
    mutating func look(limit: Duration? = nil, reopening: Bool = true) async -> News {
        let limit = limit ?? lookLimit
        do {
            guard session != nil || reopening else { return News(look: .failed) }
            let present = session
            let (used, sample, roles) = try await TimeLimit.run(limit, "who is being served") { [login, policy] in
                let used = if let present { present } else { try await login.open(mayBeOverheard: true) }
                do {
                    guard let row = try await used.query(ActivitySample.query(ignoring: policy.ignoredRoles)).first,
                        var sample = ActivitySample(row: row)
                    else { throw WatchFailure(description: "unexpected answer") }
                    // After the answer: a session of ours that began since is then known, and not in it.
                    sample.ownSessionsEver = login.ownSessions.count
                    return (used, sample, try await Self.roles(over: used))
                } catch {
                    // Nobody else knows of it.
                    if present == nil { await used.close() }
                    throw error
                }
            }
            session = used
            var silentFor: Duration?
            if !reopening {
                // The door may be shut.
            } else if await opens(within: limit) {
                silence.heard()
            } else {
                silentFor = silence.missed(at: .now)
            }
            let now = timeOfDay()
            noteClock(now)
            let isBlind = sample.missingRights.contains(.sessions)
            return News(
                look: isBlind ? .blind : .seen(sample),
                activity: isBlind ? tracker.lookFailed() : tracker.sampled(sample, atUnixMicros: now),
                missingRights: sample.missingRights, roles: roles, silentFor: silentFor)
        } catch {
            log.debug("could not look who is being served", metadata: ["error": "\(error)"])
            await close()
            if Self.isAnswer(error) { silence.heard() }
            let silentFor = Self.isAnswer(error) ? nil : silence.missed(at: ContinuousClock.now)
            var news = News(look: .failed, activity: tracker.lookFailed(), silentFor: silentFor)
            if AgentRight.areMissing(after: error) {
                // Who may not even ask has none of them.
                (news.look, news.missingRights) = (.blind, Set(AgentRight.allCases))
            }
            return news
        }
    }

    private mutating func noteClock(_ now: Int64) {
        let jump = clockJump.looked(atUnixMicros: now, .now)
        guard jump != 0 else { return }
        log.notice("the time of day was set", metadata: ["by": "\(Duration.microseconds(jump))"])
        tracker.clockWasSet(byMicros: jump)
    }

    /// Knocks when that is due, and then at every look until somebody opens.
    private mutating func opens(within limit: Duration) async -> Bool {
        guard nextKnock <= .now else { return true }
        do {
            try await TimeLimit.run(limit, "a knock at Postgres's door") { [login] in try await login.knock() }
        } catch let failure as DialFailure where failure.reason == .exhausted {
            // Ours is the want, and nothing is known of Postgres.
            return true
        } catch {
            log.debug("nobody opens", metadata: ["error": "\(error)"])
            return false
        }
        nextKnock = .now + knockInterval
        return true
    }

    /// A refusal costs no more than the digest: who is being served is known.
    private static func roles(over session: PostgresConnection) async throws -> String? {
        do {
            return try await session.query(RolesDigest.query).first?.first ?? nil
        } catch let refusal as PostgresServerError where refusal.isOfStatement {
            return nil
        }
    }

    mutating func close() async {
        await session?.close()
        session = nil
    }

    /// A refusal in Postgres's own words is no silence: no place left for another session, for instance. Nor is a certificate
    /// that we do not trust, or an authority that cannot be read at the moment: clients may well be served.
    static func isAnswer(_ error: any Error) -> Bool {
        if error is PostgresServerError || error is WatchFailure || error is TLSFailure { return true }
        return switch (error as? UpstreamFailure)?.reason {
        case .rejected, .identityMismatch, .tlsRefused, .tlsFailed, .violation: true
        case nil, .dial, .closed, .deadlinePassed, .silent, .cancelled: false
        }
    }
}

/// Postgres answers, but not what was asked.
struct WatchFailure: Error, CustomStringConvertible {
    var description: String
}
