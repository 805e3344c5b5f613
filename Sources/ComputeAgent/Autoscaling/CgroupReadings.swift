internal import Glibc

/// What the kernel says of this container's own memory: cgroup v2, and pressure stall information.
package struct CgroupReadings: Equatable, Sendable {
    /// `memory.max`; `nil`: not limited.
    package var limitBytes: UInt64?
    /// Anonymous memory, which cannot be had back without swapping: `active_anon` and `inactive_anon` of `memory.stat`.
    package var anonymousBytes: UInt64
    /// How long, in all, some process has waited for memory: `some … total=` of `memory.pressure`, in microseconds. `nil`:
    /// the kernel does not count that.
    package var stallMicros: UInt64?

    package init(limitBytes: UInt64?, anonymousBytes: UInt64, stallMicros: UInt64?) {
        self.limitBytes = limitBytes
        self.anonymousBytes = anonymousBytes
        self.stallMicros = stallMicros
    }

    /// - Returns: `nil` for a folder that is no cgroup of version 2 with memory in it.
    package static func read(_ folder: String) -> CgroupReadings? {
        guard OwnedFile.read(folder + "/cgroup.controllers") != nil,
            let statistics = OwnedFile.read(folder + "/memory.stat"), let anonymous = anonymousBytes(in: statistics)
        else { return nil }
        return CgroupReadings(
            limitBytes: OwnedFile.read(folder + "/memory.max").flatMap { number($0[...]) }, anonymousBytes: anonymous,
            stallMicros: OwnedFile.read(folder + "/memory.pressure").flatMap(stallMicros))
    }

    /// Lines of a name and a number.
    static func anonymousBytes(in text: [UInt8]) -> UInt64? {
        var sum: UInt64?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let value = number(words[1]) else { continue }
            let name = String(decoding: words[0], as: UTF8.self)
            if name == "active_anon" || name == "inactive_anon" { sum = (sum ?? 0) + value }
        }
        return sum
    }

    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, then the same for `full`.
    static func stallMicros(in text: [UInt8]) -> UInt64? {
        let some = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: Array("some ".utf8)) }
        let total = some?.split(separator: UInt8(ascii: " ")).last { $0.starts(with: Array("total=".utf8)) }
        return total.flatMap { number($0.dropFirst("total=".utf8.count)) }
    }

    /// `max` is none.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: text.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
