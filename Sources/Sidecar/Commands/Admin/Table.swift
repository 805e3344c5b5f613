internal import FoundationEssentials
internal import Telemetry

/// Columns for people: as wide as their widest cell, two blanks apart.
struct Table {
    private var rows: [[String]]

    init(_ header: String...) {
        rows = [header]
    }

    mutating func add(_ cells: String...) {
        rows.append(cells.map { $0.isEmpty ? "-" : $0 })
    }

    var text: String {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            return padded.joined(separator: "  ").trimmed()
        }.joined(separator: "\n")
    }

    /// `2026-11-21 07:20:03.123456` in UTC, or nothing for 0.
    static func time(_ unixMicros: Int64) -> String {
        guard unixMicros > 0 else { return "" }
        let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, includingFractionalSeconds: false)
        let seconds = Date(timeIntervalSince1970: TimeInterval(unixMicros / 1_000_000)).formatted(style)
        let micros = String(unixMicros % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - micros.count) + micros
        return seconds.replacing("Z", with: "") + "." + fraction
    }
}
