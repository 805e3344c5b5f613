internal import Gossip
internal import Transport

/// `gossip-member NAME IP:PORT CLUSTER KEYFILE [SEED...]`
struct MemberOptions {
    struct Unusable: Error, CustomStringConvertible {
        var description: String
    }

    var name: MemberID
    var address: MemberAddress
    var cluster: ClusterID
    var keyFile: String
    var seeds: [MemberAddress]

    init(_ words: [String]) throws(Unusable) {
        guard words.count >= 4 else {
            throw Unusable(description: "usage: gossip-member NAME IP:PORT CLUSTER KEYFILE [SEED-IP:PORT...]")
        }
        name = MemberID(words[0])
        address = try Self.address(words[1])
        guard let cluster = ClusterID(words[2]) else { throw Unusable(description: "\(words[2]) is no cluster id") }
        self.cluster = cluster
        keyFile = words[3]
        seeds = []
        for word in words[4...] { seeds.append(try Self.address(word)) }
    }

    private static func address(_ word: String) throws(Unusable) -> MemberAddress {
        guard let address = MemberAddress(word) else { throw Unusable(description: "\(word) is not IP:PORT") }
        return address
    }
}
