import Foundation
import PostgresWire

@testable import EdgeProxy

/// `docs/errors.md`, whose tables are made of `Refusals.catalogue`.
///
/// To make them anew: `SIDECAR_WRITE_DOCS=1 swift test --filter RefusalCatalogueTests`.
enum ErrorsPage {
    static let path = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../../docs/errors.md").standardized.path
    static let isToBeWritten = ProcessInfo.processInfo.environment["SIDECAR_WRITE_DOCS"] == "1"
    private static let begin = "<!-- begin: made of Refusals.catalogue -->\n"
    private static let end = "<!-- end -->\n"

    /// - Returns: `nil` when the page has no place for the tables.
    static func withTables(in page: String) -> String? {
        guard let first = page.range(of: begin), let last = page.range(of: end) else { return nil }
        return page[..<first.upperBound] + tables + page[last.lowerBound...]
    }

    private static var tables: String {
        Refusals.catalogue.map { section in
            let rows = section.entries.map(row).joined()
            return "\n### \(section.title)\n\n| code | text and hint | when | what to do |\n|---|---|---|---|\n\(rows)"
        }.joined() + "\n"
    }

    private static func row(_ entry: Refusals.Entry) -> String {
        let text = code(entry.example.message) + (entry.example.hint.map { "<br>*\(escaped($0))*" } ?? "")
        return "| `\(entry.example.sqlState)` | \(text) | \(escaped(entry.when)) | \(escaped(entry.remedy)) |\n"
    }

    private static func code(_ text: String) -> String {
        let quote = text.contains("`") ? "``" : "`"
        return quote + text.replacing("|", with: "\\|") + quote
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
