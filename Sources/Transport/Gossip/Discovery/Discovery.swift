package import Gossip

/// Asks again and again where members are. An answer that is empty, old or fails is an ordinary day: members that are
/// known stay known, and the next answer may be better.
package struct Discovery: Sendable {
    /// Addresses of one answer. More are left out.
    package static let addressLimit = 16_384

    /// One round of questions.
    package struct Report: Sendable, Equatable {
        /// Sorted, each once; this member's own may be among them. Their number is the gauge “addresses in DNS”.
        package var addresses: [MemberAddress] = []
        package var failures: [Failure] = []
        /// Left out for the limit.
        package var leftOut = 0

        package init() {}
    }

    package struct Failure: Sendable, Equatable {
        package var target: DiscoveryTarget
        package var reason: String
    }

    package enum Family: Sendable {
        case any, ipv4, ipv6
    }

    package let targets: [DiscoveryTarget]
    /// One pool of members speaks one family; `any` only where each address reaches a member of its own.
    package var family: Family
    package var schedule = DiscoverySchedule()

    package init(_ targets: [DiscoveryTarget], family: Family = .any) {
        (self.targets, self.family) = (targets, family)
    }

    /// Asks at once, then for ever. Returns when the calling task is cancelled.
    /// - Parameter onReport: every answer, also one like the last.
    package func run(onReport: @Sendable (Report) async -> Void) async {
        let resolver = NameResolver()
        await run(
            resolve: { target throws(NameResolver.Failure) in try await resolver.resolve(target) }, onReport: onReport)
        resolver.shutDown()
    }

    /// The same with another resolver.
    package func run(
        resolve: @escaping NameResolver.Resolve, onReport: @Sendable (Report) async -> Void
    ) async {
        var schedule = schedule
        var dice = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let report = await ask(resolve)
            if Task.isCancelled { return }
            await onReport(report)
            try? await Task.sleep(for: schedule.wait(afterFinding: report.addresses.count, using: &dice))
        }
    }

    /// One round: every target at the same time.
    func ask(_ resolve: @escaping NameResolver.Resolve) async -> Report {
        var report = Report()
        var found: Set<MemberAddress> = []
        await withTaskGroup(of: (DiscoveryTarget, Result<[MemberAddress], NameResolver.Failure>).self) { group in
            for target in targets { group.addTask { (target, await Self.answer(for: target, resolve)) } }
            for await (target, answer) in group {
                switch answer {
                case .success(let addresses): found.formUnion(addresses.filter(isUsable))
                case .failure(let failure):
                    report.failures.append(Failure(target: target, reason: failure.description))
                }
            }
        }
        report.failures.sort { $0.target.description < $1.target.description }
        report.addresses = Array(found.sorted().prefix(Self.addressLimit))
        report.leftOut = found.count - report.addresses.count
        return report
    }

    private static func answer(
        for target: DiscoveryTarget, _ resolve: NameResolver.Resolve
    ) async -> Result<[MemberAddress], NameResolver.Failure> {
        if let plain = MemberAddress(ip: target.host, port: target.port) { return .success([plain]) }
        do throws(NameResolver.Failure) {
            return .success(try await resolve(target))
        } catch {
            return .failure(error)
        }
    }

    private func isUsable(_ address: MemberAddress) -> Bool {
        switch family {
        case .any: address.isDialable
        case .ipv4: address.isDialable && !address.isIPv6
        case .ipv6: address.isDialable && address.isIPv6
        }
    }
}
