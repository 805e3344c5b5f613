internal import Telemetry

/// Where the pages and the log are.
extension SpecReview {
    mutating func checkIdentity() {
        let path = ("spec.tenant_id", "spec.timeline_id")
        if let tenant = spec.tenantID, !Self.isHexIdentifier(tenant) { refuse(at: path.0, "must be 32 hex digits") }
        if let timeline = spec.timelineID, !Self.isHexIdentifier(timeline) {
            refuse(at: path.1, "must be 32 hex digits")
        }
        if spec.storageMode == .pageserver {
            if spec.tenantID == nil { refuse(at: path.0, "is missing, and no setting says it either") }
            if spec.timelineID == nil { refuse(at: path.1, "is missing, and no setting says it either") }
        }
        for (name, value) in [
            ("project_id", spec.projectID), ("branch_id", spec.branchID), ("endpoint_id", spec.endpointID),
        ] {
            refuseControlCharacters(in: value, at: "spec." + name)
            if let value, !(1...Self.identifierByteLimit).contains(value.utf8.count) {
                refuse(at: "spec." + name, "must have 1 to \(Self.identifierByteLimit) bytes")
            }
        }
        refuseControlCharacters(in: spec.storageAuthToken?.reveal(), at: "spec.storage_auth_token")
    }

    mutating func checkPageservers() {
        do {
            let found = try PageserverResolver.resolve(spec)
            if spec.storageMode == .pageserver && found == nil {
                refuse(at: "spec.pageserver_connection_info", "is missing, and no older field says it either")
            }
        } catch {
            refuse(error)
        }
    }

    mutating func checkSafekeepers() {
        let path = "spec.safekeeper_connstrings"
        if spec.storageMode == .pageserver && spec.mode == .primary && spec.safekeeperConnstrings.isEmpty {
            refuse(at: path, "a primary needs at least one")
        }
        if spec.safekeeperConnstrings.count > Self.safekeeperLimit {
            refuse(at: path, "has more than \(Self.safekeeperLimit) entries")
        }
        refuseDuplicates(spec.safekeeperConnstrings.map { $0.lowercased() }, at: path)
        for (position, address) in spec.safekeeperConnstrings.enumerated() {
            // A list inside an entry, or a generation in front of it, would be dialled as a host's name.
            if !Self.isAddress(address) { refuse(at: "\(path)[\(position)]", "is not host:port") }
        }
        if let setting = spec.safekeeperSetting { checkAgreement(of: setting) }
    }

    private mutating func checkAgreement(of setting: SafekeeperList) {
        let place = "spec.cluster.settings(\(ComputeSpec.NeonSetting.safekeepers))"
        if setting.addresses.sorted() != spec.safekeeperConnstrings.sorted() {
            refuse(at: place, "disagrees with spec.safekeeper_connstrings")
        }
        if let generation = setting.generation, generation != spec.safekeepersGeneration {
            refuse(at: place, "disagrees with spec.safekeepers_generation")
        }
    }

    mutating func checkMode() {
        guard spec.mode != .primary, spec.storageMode == .local else { return }
        refuse(at: "spec.mode", "only a Primary is possible on local storage")
    }

    /// `host:port`, of the characters that names and numbers of hosts are made of.
    static func isAddress(_ text: String) -> Bool {
        guard let address = HostAndPort(text), text.utf8.count <= identifierByteLimit else { return false }
        return address.host.utf8.allSatisfy { byte in
            Character(UnicodeScalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
                || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":")].contains(byte)
        } && (!address.host.contains(":") || text.hasPrefix("["))
    }

    static let identifierByteLimit = 255
    /// A quorum of more has never been seen, and each costs a connection at every start.
    static let safekeeperLimit = 32

    static func isHexIdentifier(_ text: String) -> Bool {
        text.utf8.count == 32 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
