internal import FoundationEssentials
package import Telemetry

/// A `Secret` of `v1` that is to be made.
package struct NewSecret: Sendable {
    package var name: String
    /// `Opaque`, or `kubernetes.io/tls` for what has `tls.crt` and `tls.key`.
    package var type: String
    package var data: [String: Secret<[UInt8]>]

    package init(name: String, type: String = "Opaque", data: [String: Secret<[UInt8]>]) {
        self.name = name
        self.type = type
        self.data = data
    }

    /// Shows what is secret: for the request's body alone.
    func json() throws -> [UInt8] {
        struct Body: Encodable {
            var apiVersion = "v1"
            var kind = "Secret"
            var metadata: ObjectMetadata
            var type: String
            var data: [String: Data]
        }
        let metadata = ObjectMetadata(name: name, labels: ["app.kubernetes.io/part-of": "sidecar"])
        return Array(
            try JSONEncoder().encode(
                Body(metadata: metadata, type: type, data: data.mapValues { Data($0.reveal()) })))
    }
}
