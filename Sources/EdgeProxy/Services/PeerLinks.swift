package import GRPCLite
package import Gossip
internal import SidecarAPI
internal import Synchronization

/// The links to the other members, and what is asked over them.
package struct PeerLinks: PeerCalls {
    /// Sixteen beats. A member that misses so many is not alive enough to own a wake; one that is gone refuses or
    /// resets, which is noticed at once. Shorter, and a machine out of breath would wake twice.
    package static let silenceLimit: Duration = .seconds(4)
    private static let signOfLifeLimit: Duration = .seconds(1)
    /// From one look at the other members to the next.
    private static let warmingInterval: Duration = .seconds(10)

    package enum Liveness: Equatable, Sendable {
        case alive(isDraining: Bool)
        case unreachable
    }

    private let channels: [MemberID: any GRPCChannel]

    /// - Parameter channels: one per *other* member, mutually verified, each to exactly that member.
    package init(channels: [MemberID: any GRPCChannel]) {
        self.channels = channels
    }

    package func wake(_ request: PeerWake, at member: MemberID) async -> PeerAnswer {
        guard let channel = channels[member] else { return .silent(detail: "no link to this member") }
        let answer = await wake(request, at: member, over: PeerV1.PeerClient(channel))
        guard case .redirected(let owner) = answer else { return answer.final }
        guard let next = channels[owner], owner != member, request.hops < PeerWake.hopLimit else {
            return .silent(detail: "redirected to \(owner), who is no other member")
        }
        var passedOn = request
        passedOn.hops += 1
        return await wake(passedOn, at: owner, over: PeerV1.PeerClient(next)).final
    }

    /// Keeps the links connected, so that a wake does not begin with a handshake while a crowd of clients is making
    /// theirs. Goes on until the task is cancelled.
    package func keepWarm() async {
        repeat {
            await withDiscardingTaskGroup { group in
                for member in channels.keys { group.addTask { _ = await liveness(of: member) } }
            }
        } while (try? await Task.sleep(for: Self.warmingInterval)) != nil
    }

    /// Any answer is a sign of life; a question about an endpoint without a name gets one that costs nothing.
    package func liveness(of member: MemberID) async -> Liveness {
        guard let channel = channels[member] else { return .unreachable }
        do {
            let progress = try await PeerV1.PeerClient(channel)
                .wake(PeerV1.WakeRequest(), options: CallOptions(timeout: Self.signOfLifeLimit))
            for try await _ in progress {}
            return .alive(isDraining: false)
        } catch {
            switch error.code {
            case .invalidArgument: return .alive(isDraining: false)
            case .failedPrecondition: return .alive(isDraining: true)
            default: return .unreachable
            }
        }
    }

    // MARK: - One call

    private enum Answer: Sendable {
        case settled(PeerAnswer)
        case redirected(MemberID)

        var final: PeerAnswer {
            switch self {
            case .settled(let answer): answer
            case .redirected(let owner): .silent(detail: "redirected once more, to \(owner)")
            }
        }
    }

    /// Reads the stream, and beside it watches that it keeps the beat.
    private func wake(_ request: PeerWake, at member: MemberID, over client: PeerV1.PeerClient) async -> Answer {
        let heard = Heard()
        return await withTaskGroup(of: Answer.self) { group in
            group.addTask { await Self.read(request, at: member, over: client, heard: heard) }
            group.addTask { await Self.watch(heard, until: request.deadline) }
            defer { group.cancelAll() }
            return await group.next() ?? .settled(.silent(detail: "no answer"))
        }
    }

    private final class Heard: Sendable {
        private let last = Mutex(ContinuousClock.now)

        func sign() { last.withLock { $0 = .now } }
        var silence: Duration { last.withLock { $0 }.duration(to: .now) }
    }

    private static func read(
        _ request: PeerWake, at member: MemberID, over client: PeerV1.PeerClient, heard: Heard
    ) async -> Answer {
        let remaining = max(request.deadline - .now, .zero)
        let message = PeerV1.WakeRequest(
            endpoint: request.endpoint.text, seenGeneration: request.seen,
            deadlineMillis: UInt64(remaining / .milliseconds(1)), hops: request.hops,
            sessionID: request.session.id.text, applicationName: request.session.applicationName ?? "")
        do {
            for try await progress in try await client.wake(message, options: CallOptions(timeout: remaining)) {
                heard.sign()
                switch progress.event {
                case .waking, nil: continue
                case .ready(let location):
                    guard let location = ComputeLocation(location, askedAbout: request.endpoint) else {
                        return .settled(.silent(detail: "its location cannot be read"))
                    }
                    return .settled(.outcome(.ready(location)))
                case .failed(let failure): return .settled(.outcome(.failed(WakeFailure(failure, from: member))))
                case .redirect(let redirect): return .redirected(MemberID(redirect.owner))
                }
            }
            return .settled(.silent(detail: "the stream ended without an outcome"))
        } catch {
            guard ContinuousClock.now < request.deadline else {
                return .settled(.outcome(.failed(WakeFailure(reason: .deadlineExceeded))))
            }
            return .settled(.silent(detail: "\(error)"))
        }
    }

    private static func watch(_ heard: Heard, until deadline: ContinuousClock.Instant) async -> Answer {
        while !Task.isCancelled {
            let patience = silenceLimit - heard.silence
            if patience <= .zero { return .settled(.silent(detail: "no sign of life for \(silenceLimit)")) }
            if ContinuousClock.now >= deadline { break }
            // Cancelled once the stream has settled.
            try? await Task.sleep(for: patience)
        }
        return .settled(.outcome(.failed(WakeFailure(reason: .deadlineExceeded))))
    }
}
