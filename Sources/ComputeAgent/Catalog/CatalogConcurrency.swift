/// How many sessions may change roles and databases at once.
package enum CatalogConcurrency {
    /// While nobody is served yet: a part of what the server lets in, and never more than a hundred.
    package static func beforeServing(maxConnections: Int) -> Int {
        switch maxConnections {
        case ..<1: 10
        case ..<10: maxConnections
        case ..<30: 10
        case ..<300: maxConnections / 3
        default: 100
        }
    }

    /// Beside clients: what the spec says.
    package static func whileServing(_ wanted: Int) -> Int { min(max(1, wanted), 100) }
}
