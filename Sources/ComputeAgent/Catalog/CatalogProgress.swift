internal import Synchronization

/// What an apply is about at the moment, for whoever has to say why it did not end: what was given up stays noted.
final class CatalogProgress: Sendable {
    private static let shown = 3

    private let underWay = Mutex<[CatalogObject]>([])

    func begins(_ object: CatalogObject) {
        underWay.withLock { $0.append(object) }
    }

    func ends(_ object: CatalogObject) {
        underWay.withLock { objects in
            if let place = objects.firstIndex(of: object) { objects.remove(at: place) }
        }
    }

    var description: String {
        let objects = underWay.withLock { $0 }
        guard !objects.isEmpty else { return "reading what there is" }
        let rest = objects.count - Self.shown
        return objects.prefix(Self.shown).map(\.description).joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }
}

/// An apply that took too long. Some of it may have been done; the next one goes on from there.
struct CatalogUnfinished: Error, CustomStringConvertible {
    var limit: Duration
    var underWay: String

    var description: String { "roles and databases were not applied within \(limit); under way: \(underWay)" }
}
