internal import FoundationEssentials

/// Any JSON (RFC 8259). Whole numbers stay exact up to 64 bits; what a spec does not know is kept as such a value.
///
/// May hold secrets: it is written into files and answers that are made for it, never into a log or an error.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Only for what is too large for `integer`.
    case unsigned(UInt64)
    case real(Double)
    case string(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// - Throws: a failure at the empty path that repeats nothing of the text.
    package init(parsing bytes: [UInt8]) throws(SpecFailure) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw SpecFailure(at: "", "is not JSON")
        }
    }

    /// As text, the names in an object in alphabetical order.
    package func bytes(isPretty: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        // Cannot fail: every case has a spelling, and numbers came from JSON, which has no infinity.
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }

    /// An object of the fields that have a value, and those in `rest`.
    package static func object(
        _ fields: KeyValuePairs<String, JSONValue?>, and rest: [String: JSONValue] = [:]
    ) -> JSONValue {
        var all = rest
        for (name, value) in fields { if let value { all[name] = value } }
        return .object(all)
    }

    package init(_ number: some FixedWidthInteger) {
        self = Int64(exactly: number).map(JSONValue.integer) ?? .unsigned(UInt64(clamping: number))
    }
}

extension JSONValue: Codable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// In the order of how often each kind stands in a spec: every wrong guess costs a thrown error.
    package init(from decoder: any Decoder) throws {
        let scalar = try decoder.singleValueContainer()
        if let text = try? scalar.decode(String.self) {
            self = .string(text)
        } else if let fields = try? decoder.container(keyedBy: Name.self) {
            let names = fields.allKeys
            self = .object(
                try names.reduce(into: [:]) { $0[$1.stringValue] = try fields.decode(JSONValue.self, forKey: $1) })
        } else if var items = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !items.isAtEnd { values.append(try items.decode(JSONValue.self)) }
            self = .list(values)
        } else if scalar.decodeNil() {
            self = .null
        } else if let flag = try? scalar.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? scalar.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? scalar.decode(UInt64.self) {
            self = .unsigned(number)
        } else {
            self = .real(try scalar.decode(Double.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let flag): try value.encode(flag)
        case .integer(let number): try value.encode(number)
        case .unsigned(let number): try value.encode(number)
        case .real(let number): try value.encode(number)
        case .string(let text): try value.encode(text)
        case .list(let items): try value.encode(items)
        case .object(let fields): try value.encode(fields)
        }
    }
}
