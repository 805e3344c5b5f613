/// Who wakes an endpoint, without anybody being asked: highest random weight.
///
/// Every proxy that names the same members gets the same order. The first is the owner, the second its successor.
/// Taking a member away moves only the endpoints that it was first for; everybody else's order stays.
/// D. Thaler and C. Ravishankar, “Using name-based mappings to increase hit rates” (1998).
package enum Rendezvous {
    /// - Returns: the members, each once, the owner first. Empty when `members` is. The order of `members` has no
    ///   influence; should two weights ever be equal, the smaller name goes first.
    package static func ranked(_ members: [MemberID], for endpoint: EndpointName) -> [MemberID] {
        let endpointHash = hash(endpoint.text)
        return Set(members)
            .map { (member: $0, weight: mix(endpointHash ^ mix(hash($0.name)))) }
            .sorted { left, right in
                left.weight == right.weight ? left.member < right.member : left.weight > right.weight
            }
            .map(\.member)
    }

    /// FNV-1a over the UTF-8 bytes: the same in every process and on every machine, unlike `Hasher`.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// The finaliser of SplitMix64 (G. Steele, D. Lea and C. Flood, 2014). FNV-1a alone leaves names that differ in
    /// their last letter close together; after this every input bit moves about half of the output bits.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
