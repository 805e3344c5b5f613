/// A named value as a spec carries it, for the configuration file or for an option of a role or database.
package struct GenericOption: Equatable, Sendable {
    package var name: String
    package var value: String?
    /// `string` is quoted wherever it goes; `bool`, `integer`, `real` and `enum` are not.
    package var vartype: String
    package var unknown: [String: JSONValue] = [:]

    package init(name: String, value: String?, vartype: String) {
        self.name = name
        self.value = value
        self.vartype = vartype
    }

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let name = try fields.text("name")
        let vartype = try fields.text("vartype")
        self.init(
            name: try fields.need("name", name), value: try fields.text("value"),
            vartype: try fields.need("vartype", vartype))
        unknown = fields.rest
    }

    package var json: JSONValue {
        .object(
            ["name": .string(name), "value": value.map(JSONValue.string), "vartype": .string(vartype)], and: unknown)
    }

    /// A setting's name: parts of letters, digits, `_` and `$`, joined by dots, none starting with a digit.
    package static func isSettingName(_ name: String) -> Bool {
        guard (1...63).contains(name.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, isLetter(first) else { return false }
            return part.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "$") }
        }
    }

    /// What may stand without quotes: numbers, units and words, so that no value can end its line.
    package static func isBareValue(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy {
                isLetter($0) || isDigit($0) || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0)
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
