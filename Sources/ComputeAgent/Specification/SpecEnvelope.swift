internal import Foundation

/// What a spec travels in: `{"spec": …, "compute_ctl_config": …}`, and from a control plane also `"status"`.
package struct SpecEnvelope: Equatable, Sendable {
    /// `nil` for a compute that belongs to no endpoint yet.
    package var spec: ComputeSpec?

    /// Largest text that is looked at, in bytes.
    package static let byteLimit = 16 << 20

    /// Reads and checks the whole of it.
    package init(json: [UInt8]) throws(SpecFailure) {
        guard json.count <= Self.byteLimit else {
            throw SpecFailure(at: "", "is larger than \(Self.byteLimit) bytes")
        }
        do {
            self = try JSONDecoder().decode(SpecEnvelope.self, from: Data(json))
        } catch let error as DecodingError {
            throw SpecFailure(error)
        } catch {
            throw SpecFailure(at: "", "is not JSON")
        }
        try spec?.validate()
    }
}

extension SpecEnvelope: Decodable {
    private enum CodingKeys: String, CodingKey { case spec, status }
    private enum Status: String, Decodable { case empty, attached }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard fields.contains(.spec) else {
            throw DecodingError.keyNotFound(
                CodingKeys.spec, .init(codingPath: decoder.codingPath, debugDescription: "no spec"))
        }
        let spec = try fields.decodeIfPresent(ComputeSpec.self, forKey: .spec)
        switch try fields.decodeIfPresent(Status.self, forKey: .status) {
        case .attached where spec == nil:
            throw DecodingError.dataCorruptedError(
                forKey: .spec, in: fields, debugDescription: "is null although the status is attached")
        case .empty: self.spec = nil
        case .attached, nil: self.spec = spec
        }
    }
}
