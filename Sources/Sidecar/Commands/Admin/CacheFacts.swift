internal import SidecarAPI

/// What one proxy has cached about an endpoint, in JSON and in words.
struct CacheFacts: Encodable {
    struct Location: Encodable {
        var generation: UInt64
        var sequence: UInt64
        var address: String
        var computeId: String
        var origin: String
        var ageMillis: UInt64
    }

    struct Floor: Encodable {
        var generation: UInt64
        var sequence: UInt64
        var cause: String
    }

    struct Flight: Encodable {
        var seenGeneration: UInt64
        var owner: String
        var waiters: UInt64
        var ageMillis: UInt64
    }

    struct Secret: Encodable {
        var role: String
        var kind: String
        var ageMillis: UInt64
        var fresh: Bool
    }

    struct Rules: Encodable {
        var allowedIps: [String]
        var unparsable: [String]
        var allowedLinks: [String]
        var publicBlocked: Bool
        var linksBlocked: Bool
        var fresh: Bool
        var ageMillis: UInt64
    }

    var proxy: String
    var location: Location?
    var floor: Floor?
    var flight: Flight?
    var secrets: [Secret]
    var rules: Rules?
    var sessions: UInt64

    init(_ cache: AdminV1.EndpointCache) {
        proxy = cache.proxy
        sessions = cache.sessions
        location = cache.location.map { cached in
            Location(
                generation: cached.location?.generation ?? 0, sequence: cached.location?.sequence ?? 0,
                address: cached.location?.address ?? "", computeId: cached.location?.computeID ?? "",
                origin: cached.origin, ageMillis: cached.ageMillis)
        }
        floor = cache.floor.map {
            Floor(generation: $0.generation, sequence: $0.sequence, cause: $0.cause)
        }
        flight = cache.flight.map {
            Flight(
                seenGeneration: $0.seenGeneration, owner: $0.owner, waiters: $0.waiters, ageMillis: $0.ageMillis)
        }
        secrets = cache.secrets.map {
            Secret(role: $0.role, kind: $0.kind, ageMillis: $0.ageMillis, fresh: $0.fresh)
        }
        rules = cache.rules.map {
            Rules(
                allowedIps: $0.allowedIps, unparsable: $0.unparsable, allowedLinks: $0.allowedLinks,
                publicBlocked: $0.publicBlocked, linksBlocked: $0.linksBlocked, fresh: $0.fresh, ageMillis: $0.ageMillis
            )
        }
    }

    /// For people: what is there, a line each.
    var lines: [String] {
        var lines = ["cached by \(proxy), \(Words.count(sessions, "session"))"]
        if let location {
            lines.append(
                "  compute  \(location.generation).\(location.sequence) at \(location.address), from \(location.origin), "
                    + Words.ago(millis: location.ageMillis))
        }
        if let floor {
            lines.append("  floor    \(floor.generation).\(floor.sequence) \(floor.cause)")
        }
        if let flight {
            lines.append(
                "  waking   later than \(flight.seenGeneration), by \(flight.owner), "
                    + "for \(Words.span(millis: flight.ageMillis)), \(Words.count(flight.waiters, "waiter"))")
        }
        for secret in secrets {
            lines.append(
                "  role     \(secret.role): \(secret.kind), \(Words.ago(millis: secret.ageMillis))"
                    + (secret.fresh ? "" : ", stale"))
        }
        if let rules {
            lines.append(
                "  rules    \(words(rules)), \(Words.ago(millis: rules.ageMillis))" + (rules.fresh ? "" : ", stale"))
        }
        return lines
    }

    private func words(_ rules: Rules) -> String {
        var parts: [String] = []
        if !rules.allowedIps.isEmpty { parts.append("from \(rules.allowedIps.joined(separator: " "))") }
        if !rules.unparsable.isEmpty { parts.append("UNREADABLE \(rules.unparsable.joined(separator: " "))") }
        if !rules.allowedLinks.isEmpty { parts.append("through \(rules.allowedLinks.joined(separator: " "))") }
        if rules.publicBlocked { parts.append("not from the public network") }
        if rules.linksBlocked { parts.append("not through private links") }
        return parts.isEmpty ? "everybody may connect" : parts.joined(separator: ", ")
    }
}
