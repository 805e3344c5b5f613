package import Gossip

/// What the agents that tell this proxy have said of their computes, the newest of each.
///
/// By version, like a location: what is older than what is known, or than the compute's end, is no news. Nothing grows old
/// here: an agent tells its newest again whenever it comes back, and nobody could be asked anew.
package struct ReportedComputes: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct Told: Equatable, Sendable {
        package var details: ReportedDetails
        package var at: Instant

        package init(details: ReportedDetails, at: Instant) {
            self.details = details
            self.at = at
        }
    }

    /// What is another than it was.
    package struct Change: Equatable, Sendable {
        package var pageservers: Bool
        /// Its size, or that there is one; not what was measured.
        package var scale: Bool

        package init(pageservers: Bool, scale: Bool) {
            self.pageservers = pageservers
            self.scale = scale
        }
    }

    private enum Entry: Sendable {
        case told(Told)
        /// This version and all before it have ended.
        case ended(FactVersion)

        var version: FactVersion {
            switch self {
            case .told(let told): told.details.version
            case .ended(let version): version
            }
        }

        var told: Told? { if case .told(let told) = self { told } else { nil } }
        var size: Int { told?.details.size ?? 0 }
    }

    /// Endpoints remembered; beyond it, the one that was not heard of for longest is forgotten.
    package static let limit = KnownComputes.limit
    /// Of everything that is kept. The same goes beyond it.
    package static let byteLimit = 64 << 20
    /// As good as for ever.
    private static let lifetime: Duration = .seconds(100 * 365 * 24 * 3600)

    private let countLimit: Int
    private let sizeLimit: Int
    private var entries: TimedLRU<EndpointName, Entry>
    /// Of all entries together.
    package private(set) var size = 0

    /// - Parameters:
    ///   - limit: of endpoints.
    ///   - byteLimit: at least what one endpoint may take.
    package init(limit: Int = Self.limit, byteLimit: Int = Self.byteLimit) {
        (countLimit, sizeLimit) = (limit, byteLimit)
        entries = TimedLRU(CacheLimits(size: limit, timeToLive: Self.lifetime))
    }

    package func told(of endpoint: EndpointName) -> Told? { entries.peek(endpoint)?.told }

    /// - Returns: `nil` when it is older than what is known.
    package mutating func heard(_ details: ReportedDetails, of endpoint: EndpointName, now: Instant) -> Change? {
        let known = entries.peek(endpoint)
        if let known {
            guard details.version >= known.version else { return nil }
            if case .ended = known, details.version == known.version { return nil }
        }
        let before = known?.told?.details
        put(.told(Told(details: details, at: now)), for: endpoint, now: now)
        return Change(
            pageservers: details.pageserver != before?.pageserver || details.refused != before?.refused ?? "",
            scale: details.scaleRequest?.sizes != before?.scaleRequest?.sizes)
    }

    /// The end of this version and of all before it.
    package mutating func ended(_ endpoint: EndpointName, at version: FactVersion, now: Instant) {
        if let known = entries.peek(endpoint), known.version > version { return }
        put(.ended(version), for: endpoint, now: now)
    }

    /// Somebody tells of a compute of this generation, here or elsewhere: what one of an earlier generation said is over.
    package mutating func began(_ endpoint: EndpointName, generation: UInt64) {
        guard let told = told(of: endpoint), told.details.version.generation < generation else { return }
        remove(endpoint)
    }

    private mutating func put(_ entry: Entry, for endpoint: EndpointName, now: Instant) {
        remove(endpoint)
        while entries.count >= countLimit || size + entry.size > sizeLimit {
            guard let oldest = entries.removeOldest() else { break }
            size -= oldest.size
        }
        entries.insert(entry, for: endpoint, now: now)
        size += entry.size
    }

    private mutating func remove(_ endpoint: EndpointName) {
        size -= entries.remove(endpoint)?.size ?? 0
    }
}
