/// What a storage controller says about a compute's storage, and what comes of it for the spec.
package enum StorageNotification: Equatable, Sendable {
    case attach(AttachNotification)
    case safekeepers(SafekeeperNotification)

    /// What each kind is called where the newest of it is kept.
    enum Kind: CaseIterable { case attach, safekeepers }

    var kind: Kind {
        switch self {
        case .attach: .attach
        case .safekeepers: .safekeepers
        }
    }

    /// Whether a number says which of the two is newer. Otherwise it is the one that came last.
    package func hasNumber(beside spec: ComputeSpec) -> Bool {
        switch self {
        case .attach: false
        case .safekeepers: spec.safekeepersGeneration != nil
        }
    }

    /// - Returns: `nil` when `spec` says so already, or something newer.
    /// - Throws: why it cannot be; the spec is not touched.
    package func applied(
        to spec: ComputeSpec, nodes: StorageNodes
    ) throws(NotificationRefusal) -> ComputeSpec? {
        let changed: ComputeSpec?
        switch self {
        case .attach(let notification): changed = try Self.apply(notification, spec, nodes)
        case .safekeepers(let notification): changed = try Self.apply(notification, spec, nodes)
        }
        guard let changed else { return nil }
        if let failure = SpecReview(of: changed).failures.first { throw .unusable(failure) }
        return changed
    }

    /// There is no number by which one is newer than another: the controller sends one only when the one before is
    /// settled, so the last to come is the newest.
    private static func apply(
        _ notification: AttachNotification, _ spec: ComputeSpec, _ nodes: StorageNodes
    ) throws(NotificationRefusal) -> ComputeSpec? {
        guard spec.tenantID == notification.tenantID else { throw .otherTenant }
        // A checked spec has only one answer, so this does not fail.
        let present = try? PageserverResolver.resolve(spec)
        let info = try notification.connectionInfo(
            among: nodes.learning(from: present), preferring: present?.preferredProtocol ?? .libpq)
        guard info != present else { return nil }
        var changed = spec
        changed.pageserverConnectionInfo = info
        changed.pageserverConnstring = nil
        changed.shardStripeSize = nil
        changed.drop([PageserverResolver.connstringSetting, PageserverResolver.stripeSizeSetting])
        return changed
    }

    private static func apply(
        _ notification: SafekeeperNotification, _ spec: ComputeSpec, _ nodes: StorageNodes
    ) throws(NotificationRefusal) -> ComputeSpec? {
        guard spec.tenantID == notification.tenantID, spec.timelineID == notification.timelineID else {
            throw .otherTenant
        }
        if let present = spec.safekeepersGeneration, present > notification.generation { return nil }
        let addresses = try notification.addresses(among: nodes)
        if spec.safekeepersGeneration == notification.generation {
            guard addresses.sorted() != spec.safekeeperConnstrings.sorted() else { return nil }
            throw .contradiction("generation \(notification.generation) has other safekeepers here")
        }
        var changed = spec
        changed.safekeeperConnstrings = addresses
        changed.safekeepersGeneration = notification.generation
        changed.drop([ComputeSpec.NeonSetting.safekeepers])
        return changed
    }
}

/// Why a notification comes to nothing.
package enum NotificationRefusal: Error, Equatable, CustomStringConvertible {
    /// The controller spoke to the wrong compute.
    case otherTenant
    /// It may become known: the file of nodes is read again every time.
    case unknownNode(String)
    /// One number for two things.
    case contradiction(String)
    /// The spec would be one that cannot work.
    case unusable(SpecFailure)

    package var description: String {
        switch self {
        case .otherTenant: "this compute serves another tenant or timeline"
        case .unknownNode(let node): "the address of \(node) is not known here"
        case .contradiction(let what): what
        case .unusable(let failure): "\(failure)"
        }
    }
}

extension ComputeSpec {
    /// Settings that stand for fields which have just been set. Roles and databases are what they were.
    fileprivate mutating func drop(_ names: Set<String>) {
        cluster.settings.removeAll { names.contains($0.name.lowercased()) }
        skipCatalogUpdates = true
    }
}
