/// The one answer to “which pageservers?”, from the three places a spec may say it.
///
/// First the field `pageserver_connection_info`; else `pageserver_connstring` with `shard_stripe_size`; else the settings
/// `neon.pageserver_connstring` with `neon.stripe_size`. Where more than one is present they must agree: Postgres would
/// otherwise read pages from elsewhere than the agent did.
package enum PageserverResolver {
    package static let connstringSetting = "neon.pageserver_connstring"
    package static let stripeSizeSetting = "neon.stripe_size"

    /// - Returns: `nil` when the spec names no pageserver at all.
    package static func resolve(_ spec: ComputeSpec) throws(SpecFailure) -> PageserverConnectionInfo? {
        var answers: [(path: String, info: PageserverConnectionInfo)] = []
        if let field = spec.pageserverConnectionInfo {
            answers.append(("spec.pageserver_connection_info", field))
        }
        if let list = spec.pageserverConnstring {
            let path = "spec.pageserver_connstring"
            answers.append((path, try fromList(list, stripeSize: spec.shardStripeSize, at: path)))
        }
        if let list = spec.cluster.setting(connstringSetting)?.value {
            let path = "spec.cluster.settings(\(connstringSetting))"
            answers.append((path, try fromList(list, stripeSize: try stripeSize(of: spec.cluster), at: path)))
        }
        for answer in answers {
            try answer.info.validate(at: answer.path)
        }
        guard let first = answers.first else { return nil }
        for other in answers.dropFirst() where !agree(first.info, other.info) {
            throw SpecFailure(at: other.path, "disagrees with \(first.path)")
        }
        try checkStripeSizes(of: spec, beside: first)
        return first.info
    }

    /// A stripe size may be left over without its list. Postgres would use it all the same, for pages that lie elsewhere.
    private static func checkStripeSizes(
        of spec: ComputeSpec, beside answer: (path: String, info: PageserverConnectionInfo)
    ) throws(SpecFailure) {
        guard let size = answer.info.stripeSize else { return }
        if let field = spec.shardStripeSize, field != size {
            throw SpecFailure(at: "spec.shard_stripe_size", "disagrees with \(answer.path)")
        }
        if let setting = try stripeSize(of: spec.cluster), setting != size {
            throw SpecFailure(at: "spec.cluster.settings(\(stripeSizeSetting))", "disagrees with \(answer.path)")
        }
    }

    /// One item is unsharded; of several, item i is shard i and the stripe size is needed.
    package static func fromList(
        _ list: String, stripeSize: UInt32?, at path: String
    ) throws(SpecFailure) -> PageserverConnectionInfo {
        let items = list.split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        guard items.count <= PageserverConnectionInfo.shardLimit else {
            throw SpecFailure(at: path, "\(items.count) shards; at most \(PageserverConnectionInfo.shardLimit)")
        }
        guard items.count > 1 else {
            return PageserverConnectionInfo(
                shardCount: 0, stripeSize: nil,
                shards: [.init(index: .init(number: 0, count: 0), pageservers: [.init(libpqURL: list)])])
        }
        guard let stripeSize else { throw SpecFailure(at: path, "several shards need a stripe size") }
        let count = UInt8(items.count)
        return PageserverConnectionInfo(
            shardCount: count, stripeSize: stripeSize,
            shards: items.enumerated().map { number, url in
                .init(index: .init(number: UInt8(number), count: count), pageservers: [.init(libpqURL: url)])
            })
    }

    private static func stripeSize(of cluster: ComputeSpec.Cluster) throws(SpecFailure) -> UInt32? {
        guard let text = cluster.setting(stripeSizeSetting)?.value else { return nil }
        guard let size = UInt32(text) else {
            throw SpecFailure(at: "spec.cluster.settings(\(stripeSizeSetting))", "is not a number of pages")
        }
        return size
    }

    /// The legacy lists know neither identifiers nor gRPC, so what counts is what Postgres would be given.
    private static func agree(_ left: PageserverConnectionInfo, _ right: PageserverConnectionInfo) -> Bool {
        left.shardCount == right.shardCount && left.stripeSize == right.stripeSize
            && left.shards.map { $0.pageservers.first?.libpqURL } == right.shards.map { $0.pageservers.first?.libpqURL }
    }
}
