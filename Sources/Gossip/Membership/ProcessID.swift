/// One run of one proxy: random, drawn anew at each start, so that what was said of a dead process cannot be about the
/// one that took its name or its address (facts: memberlist #311).
package struct ProcessID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bits: UInt64

    package init(bits: UInt64) {
        self.bits = bits
    }

    package static func < (left: ProcessID, right: ProcessID) -> Bool { left.bits < right.bits }

    package var description: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
