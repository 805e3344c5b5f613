/// The name of one proxy in the fleet, `proxy-a`: what its certificate says and what the ranking hashes.
package struct MemberID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    package var description: String { name }

    package static func < (left: MemberID, right: MemberID) -> Bool { left.name < right.name }
}
