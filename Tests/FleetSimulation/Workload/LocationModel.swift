package import Gossip

/// What a proxy would dial, kept by the same two rules as the product's cache: a location never replaces a newer one,
/// and what has been invalidated does not come back, unless the control plane confirms it.
package struct LocationModel: Sendable {
    package struct Location: Equatable, Sendable {
        package var version: FactVersion
        package var place: ComputePlace
    }

    private struct Floor: Sendable {
        var version: FactVersion
        var hasEnded: Bool
    }

    private struct Entry: Sendable {
        var location: Location?
        var floor: Floor?
    }

    private var entries: [Entry]

    package init(endpoints: Int) {
        entries = Array(repeating: Entry(), count: endpoints)
    }

    package func location(of endpoint: Int) -> Location? { entries[endpoint].location }
    package func seenGeneration(of endpoint: Int) -> UInt64 { entries[endpoint].floor?.version.generation ?? 0 }

    package mutating func fill(_ location: Location, of endpoint: Int, isConfirmed: Bool) {
        var entry = entries[endpoint]
        if let floor = entry.floor, location.version <= floor.version {
            guard isConfirmed, !floor.hasEnded, location.version.generation == floor.version.generation else { return }
            entry.floor = nil
        }
        if let present = entry.location, present.version > location.version { return }
        entry.location = location
        entries[endpoint] = entry
    }

    package mutating func invalidate(_ endpoint: Int, upTo version: FactVersion, hasEnded: Bool) {
        let floor = entries[endpoint].floor
        if floor.map({ ($0.version, $0.hasEnded ? 1 : 0) < (version, hasEnded ? 1 : 0) }) ?? true {
            entries[endpoint].floor = Floor(version: version, hasEnded: hasEnded)
        }
        if let present = entries[endpoint].location, present.version <= version { entries[endpoint].location = nil }
    }
}
