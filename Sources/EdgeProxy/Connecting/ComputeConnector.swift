package import Gossip
internal import Logging
internal import NIOCore
package import PostgresWire
internal import TLSEngine
internal import Telemetry
package import Transport

/// Carries out what `ConnectLoop` decides: asks the waker, dials, logs in, pauses.
package struct ComputeConnector: Sendable {
    /// A client that has proved who it is, and what its compute is to be told.
    package struct Request: Sendable {
        package var endpoint: EndpointName
        package var session: SessionContext
        /// As the client sent them, without what was meant for us.
        package var parameters: StartupParameters
        package var credential: SCRAMClient.Credential
    }

    package struct Connected: Sendable {
        package var upstream: PostgresUpstream
        package var location: ComputeLocation
        var start: ColdStart
    }

    var waker: any Waker
    /// For computes that have a server name.
    let tls: TLSContext?
    var limits: ConnectLoop.Limits
    let announcement: ClientAnnouncement
    let metrics: EdgeMetrics
    var logger: Logger

    /// - Parameter loop: the client's, so that both streams can be joined.
    func connect(_ request: Request, on loop: any EventLoop) async throws(ConnectLoop.Refusal) -> Connected {
        var dice = SystemRandomNumberGenerator()
        var core = ConnectLoop(limits: limits)
        var attempt = Attempt()
        let clock = ContinuousClock()
        let start = clock.now
        var action = core.handle(.begun, elapsed: .zero, using: &dice)
        while true {
            let event: ConnectLoop.Event
            switch action {
            case .locate:
                event = await locate(request, deadline: start + limits.deadline, &attempt)
            case .relocate(let version):
                waker.invalidate(request.endpoint, upTo: version)
                event = await locate(request, deadline: start + limits.deadline, &attempt)
            case .dial(let location, let limit):
                event = await dial(location, limit: limit, on: loop, &attempt)
            case .logIn(let location, let limit):
                event = await logIn(location, request, deadline: clock.now + limit, &attempt)
            case .pause(let duration):
                event = await pause(duration)
            case .join(let location):
                guard let upstream = attempt.upstream else { return try await lost(attempt) }
                let total = start.duration(to: clock.now)
                let located = Located(location: location, isCached: attempt.isCached)
                return Connected(
                    upstream: upstream, location: location,
                    start: ColdStart(located, wake: attempt.waking, connect: total - attempt.waking))
            case .fail(let refusal):
                await attempt.stream?.close()
                throw refusal
            }
            action = core.handle(event, elapsed: start.duration(to: clock.now), using: &dice)
            attempt.tell(event, followedBy: action, metrics)
        }
    }

    /// What the actions leave behind for the next ones.
    private struct Attempt {
        var isCached = false
        /// For a place to dial, all in all.
        var waking = Duration.zero
        var stream: ByteStream?
        var upstream: PostgresUpstream?
        var failures = 0

        /// Counts what went wrong, and how often until it went well or was given up.
        mutating func tell(_ event: ConnectLoop.Event, followedBy action: ConnectLoop.Action, _ metrics: EdgeMetrics) {
            let isOver =
                switch action {
                case .join, .fail: true
                case .locate, .relocate, .dial, .logIn, .pause: false
                }
            if case .attemptFailed(let reason) = event {
                failures += 1
                metrics.connectFailed(EdgeMetrics.ConnectError(reason), isRepeated: !isOver)
            }
            guard isOver else { return }
            if case .join = action {
                metrics.retried(.connectToCompute, failures, isSuccess: true)
            } else {
                metrics.retried(.connectToCompute, max(failures - 1, 0), isSuccess: false)
            }
        }
    }

    private func locate(
        _ request: Request, deadline: ContinuousClock.Instant, _ attempt: inout Attempt
    ) async -> ConnectLoop.Event {
        let start = ContinuousClock.now
        var failure: String?
        defer {
            let took = start.duration(to: .now)
            attempt.waking += took
            metrics.phase(.wake, took: took, failure: failure)
        }
        do {
            let located = try await waker.location(
                of: request.endpoint, session: request.session.during(.wake), deadline: deadline)
            attempt.isCached = located.isCached
            SessionObservation.current?.located(located)
            return .located(located)
        } catch {
            failure = "\(error.reason)"
            logger.info("no compute", metadata: ["reason": "\(error.reason)", "detail": "\(error.detail)"])
            return .wakeFailed(error)
        }
    }

    private func dial(
        _ location: ComputeLocation, limit: Duration, on loop: any EventLoop, _ attempt: inout Attempt
    ) async -> ConnectLoop.Event {
        let start = ContinuousClock.now
        do {
            attempt.stream = try await PostgresUpstream.dial(location.target, on: loop, limit: limit)
            metrics.phase(.connect, took: start.duration(to: .now))
            return .dialled
        } catch {
            return failed(error, in: .connect, since: start, at: location, attempt)
        }
    }

    private func logIn(
        _ location: ComputeLocation, _ request: Request, deadline: ContinuousClock.Instant, _ attempt: inout Attempt
    ) async -> ConnectLoop.Event {
        guard let stream = attempt.stream.take() else { return .attemptFailed(.closed) }
        let start = ContinuousClock.now
        do {
            attempt.upstream = try await PostgresUpstream.logIn(
                stream, to: location.target, context: tls, parameters: request.parameters,
                credential: request.credential, deadline: deadline, silenceLimit: limits.silence,
                opening: announcement.header(of: request.session.origin, on: stream))
            metrics.phase(.login, took: start.duration(to: .now))
            return .loggedIn
        } catch {
            return failed(error, in: .login, since: start, at: location, attempt)
        }
    }

    private func failed(
        _ failure: UpstreamFailure, in phase: EdgeMetrics.SessionPhase, since start: ContinuousClock.Instant,
        at location: ComputeLocation, _ attempt: Attempt
    ) -> ConnectLoop.Event {
        metrics.connectionFailed(attempt.isCached ? .cachedLocation : .freshLocation)
        SessionObservation.current?.attemptFailed()
        SessionObservation.current?.phase(phase, took: start.duration(to: .now), failure: "\(failure)")
        logger.info(
            "connect attempt failed",
            metadata: [
                "address": "\(location.address)", "version": "\(location.version)", "compute": "\(location.computeID)",
                "cached": "\(attempt.isCached)", "reason": "\(failure)",
            ])
        return .attemptFailed(failure.reason)
    }

    private func pause(_ duration: Duration) async -> ConnectLoop.Event {
        do {
            try await Alarm.wait(until: .now + duration)
            SessionObservation.current?.paused(duration)
            return .pauseEnded
        } catch {
            return .cancelled
        }
    }

    /// The core joined what was never logged in to: our own mistake, which ends this session alone.
    private func lost(_ attempt: Attempt) async throws(ConnectLoop.Refusal) -> Connected {
        await attempt.stream?.close()
        throw .proxy(Refusals.ownMistake)
    }
}

extension ComputeLocation {
    /// Where to dial, and who has to be there.
    var target: PostgresUpstream.Target {
        PostgresUpstream.Target(host: host, port: port, serverName: serverName)
    }
}
