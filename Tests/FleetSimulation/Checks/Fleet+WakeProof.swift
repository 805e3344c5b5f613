internal import Gossip

/// The proof of waking: with nothing wrong and everybody agreed, many clients at once cost one call each endpoint.
extension Fleet {
    private static let clientsPerEndpoint = 12
    private static let crowd: Span = .milliseconds(50)
    private static let quiet: Span = .milliseconds(500)
    private static let limit: Span = .seconds(10)

    /// Puts every compute to sleep, every other one without a word, lets clients come to all proxies at once, and runs
    /// until they have what they want. A second request, or a client without a connection, is a violation.
    package func proveWaking() {
        guard !workload.databases.isEmpty, violations.isEmpty else { return }
        for database in workload.databases where database.compute == .running {
            if database.number.isMultiple(of: 2) { suspend(database.number) } else { vanish(database.number) }
        }
        run(until: now + Self.quiet)
        say(nil, "PROOF begins")
        isProving = true
        workload.controlPlane.asked = [:]
        let before = workload.statistics
        for database in workload.databases {
            for _ in 0..<Self.clientsPerEndpoint {
                let host = workload.dice.index(below: members.count)
                schedule(
                    .workload(.clientArrives(endpoint: database.number, host: host)),
                    after: workload.dice.span(.zero, Self.crowd))
            }
        }
        let end = now + Self.limit
        repeat {
            run(until: now + .milliseconds(100))
        } while violations.isEmpty && now < end && !workload.clients.isEmpty
        isProving = false
        say(nil, "PROOF ends")
        guard violations.isEmpty else { return }
        if !workload.clients.isEmpty {
            violate(nil, "\(workload.clients.count) clients wait after \(Self.limit) s, with nothing wrong")
        }
        let requests = workload.statistics.requests - before.requests
        let sleepers = workload.databases.count
        if requests > sleepers { violate(nil, "\(requests) wakes for \(sleepers) endpoints, with nothing wrong") }
    }

    /// The compute and its agent are gone, and nobody says so.
    private func vanish(_ number: Int) {
        say(nil, "compute \(number) vanishes")
        workload.databases[number].agent = AgentLink()
        workload.databases[number].compute = .none
    }
}
