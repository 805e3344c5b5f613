internal import FoundationEssentials
package import Telemetry

/// A `Secret` of `v1`. Its values are never printed.
package struct SecretObject: Sendable {
    package var metadata: ObjectMetadata
    package var data: [String: Secret<[UInt8]>]

    package init(metadata: ObjectMetadata, data: [String: Secret<[UInt8]>]) {
        self.metadata = metadata
        self.data = data
    }
}

extension SecretObject: Decodable {
    private enum CodingKeys: String, CodingKey { case metadata, data }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try fields.decode(ObjectMetadata.self, forKey: .metadata)
        // Base64, which `Data` reads.
        let data = try fields.decodeIfPresent([String: Data].self, forKey: .data) ?? [:]
        self.data = data.mapValues { Secret(Array($0)) }
    }
}
