/// What a spec travels in: `{"spec": …, "compute_ctl_config": …}`, and from a control plane also `"status"`.
package struct SpecEnvelope: Equatable, Sendable {
    /// `nil` for a compute that belongs to no endpoint yet.
    package var spec: ComputeSpec?
    package var control: ComputeControl
    package var unknown: [String: JSONValue] = [:]

    /// Largest text that is looked at, in bytes.
    package static let byteLimit = 16 << 20

    /// Whence it came decides what may be left out.
    package enum Origin: Sendable {
        /// A file, or the control plane's answer: without a spec the compute waits.
        case pulled
        /// The body of `/configure`: there has to be a spec, or there is nothing to do.
        case pushed
    }

    package init(spec: ComputeSpec?, control: ComputeControl = ComputeControl()) {
        self.spec = spec
        self.control = control
    }

    /// Reads and checks the whole of it.
    ///
    /// - Throws: the first thing wrong, with its place; for who pushes it, the text of a 400.
    package init(json: [UInt8], from origin: Origin = .pulled) throws(SpecFailure) {
        try self.init(unchecked: json, from: origin)
        try spec?.validate()
    }

    /// Reads it without asking whether it makes sense.
    package init(unchecked json: [UInt8], from origin: Origin = .pulled) throws(SpecFailure) {
        guard json.count <= Self.byteLimit else {
            throw SpecFailure(at: "", "is larger than \(Self.byteLimit) bytes")
        }
        var fields = try JSONFields(try JSONValue(parsing: json), at: "")
        guard fields.has("spec") else { throw SpecFailure(at: "spec", "is missing") }
        spec = try fields.part("spec", of: ComputeSpec.init(_:at:))
        control = try fields.part("compute_ctl_config", of: ComputeControl.init(_:at:)) ?? ComputeControl()
        switch try fields.text("status") {
        case "attached" where spec == nil:
            throw SpecFailure(at: "spec", "is null although the status is attached")
        case "empty": spec = nil
        case "attached", nil: break
        case .some: throw SpecFailure(at: "status", "is neither empty nor attached")
        }
        if spec?.hasFeature(ComputeControl.tlsFeature) == true { spec?.certificateFiles = control.tls }
        if origin == .pushed, spec == nil { throw SpecFailure(at: "spec", "must not be null") }
        unknown = fields.rest
    }

    package var json: JSONValue {
        .object(["spec": spec?.json ?? .null, "compute_ctl_config": control.json], and: unknown)
    }
}
