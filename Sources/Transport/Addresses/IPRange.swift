/// A set of addresses as people write it: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`, and the same for IPv6.
package struct IPRange: Hashable, Sendable, CustomStringConvertible {
    package let first: IPAddress
    package let last: IPAddress
    package let description: String

    /// - Returns: `nil` for what is none of the three forms, for ends of two families, and for a range that ends before
    ///   it begins. Host bits of a prefix do not count.
    package init?(_ text: String) {
        if let slash = text.firstIndex(of: "/") {
            let length = text[text.index(after: slash)...]
            guard let address = IPAddress(String(text[..<slash])), let given = Int(length), length.first != "+" else {
                return nil
            }
            // The prefix of a mapped address counts from the start of the IPv6 form.
            let isMapped = text[..<slash].contains(":") && address.family == .v4
            let bits = isMapped ? given - 96 : given
            guard (0...address.family.bitWidth).contains(bits) else { return nil }
            let hostBits = address.family.bitWidth - bits
            let mask: UInt128 = hostBits == 128 ? .max : (1 << UInt128(hostBits)) - 1
            first = IPAddress(family: address.family, number: address.number & ~mask)
            last = IPAddress(family: address.family, number: address.number | mask)
        } else if let dash = text.firstIndex(of: "-") {
            guard let low = IPAddress(String(text[..<dash])),
                let high = IPAddress(String(text[text.index(after: dash)...])), low.family == high.family,
                low.number <= high.number
            else { return nil }
            first = low
            last = high
        } else {
            guard let address = IPAddress(text) else { return nil }
            first = address
            last = address
        }
        description = text
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && first.number <= address.number && address.number <= last.number
    }
}
