/// The safekeepers as `neon.safekeepers` spells them: `[g#<generation>:]host:port,host:port`.
///
/// The generation stands before the first address and is no part of it: whoever takes the text apart at the commas alone
/// dials a host that does not exist.
package struct SafekeeperList: Equatable, Sendable {
    package var generation: UInt32?
    package var addresses: [String]

    package init(generation: UInt32?, addresses: [String]) {
        self.generation = generation
        self.addresses = addresses
    }

    /// A prefix that is no generation stays in the first address, where the check of addresses finds it.
    package init(_ text: String) {
        var list = Substring(text)
        if let prefix = list.prefixMatch(of: /g#(\d{1,10}):/), let number = UInt32(prefix.1) {
            generation = number
            list = list[prefix.range.upperBound...]
        }
        addresses = list.split(separator: ",").map { $0.trimmingSpaces() }
    }

    package var settingValue: String {
        (generation.map { "g#\($0):" } ?? "") + addresses.joined(separator: ",")
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        var rest = self
        while rest.last == " " { rest.removeLast() }
        return String(rest.drop { $0 == " " })
    }
}
