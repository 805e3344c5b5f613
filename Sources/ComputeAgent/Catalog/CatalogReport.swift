/// What became of an apply, object by object.
package struct CatalogReport: Equatable, Sendable {
    package struct Result: Equatable, Sendable {
        package var object: CatalogObject
        /// How many were said, the refused one included.
        package var statements: Int
        /// In Postgres's words; `nil` when all went well.
        package var error: String?
    }

    /// Those that something was said or found about, in the order in which that came to an end.
    package var results: [Result] = []

    package var statementCount: Int { results.reduce(0) { $0 + $1.statements } }
    package var failures: [Result] { results.filter { $0.error != nil } }
}

/// Some of what a spec says could not be had; everything else was done.
struct CatalogFailure: Error, CustomStringConvertible {
    private static let shown = 5

    let failures: [CatalogReport.Result]

    var description: String {
        let told = failures.prefix(Self.shown).map { "\($0.object): \($0.error ?? "")" }
        let rest = failures.count - told.count
        return told.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}
