internal import FoundationEssentials

/// One line of a watch. Kubernetes, “Efficient detection of changes”.
package enum WatchEvent: Equatable, Sendable {
    /// There is one, or it has changed.
    case present(StatefulSet)
    case deleted(StatefulSet)
    /// Nothing has happened up to this version.
    case bookmark(resourceVersion: String)
    /// The watch is over, because of this.
    case error(APIStatus)
    /// A kind of event that Kubernetes did not have when this was written.
    case unknown

    /// - Throws: `DecodingError` for what is no event.
    package init(json: some Sequence<UInt8>) throws {
        let data = Data(json)
        let decoder = JSONDecoder()
        switch try decoder.decode(Kind.self, from: data).type {
        case "ADDED", "MODIFIED": self = .present(try decoder.decode(Of<StatefulSet>.self, from: data).object)
        case "DELETED": self = .deleted(try decoder.decode(Of<StatefulSet>.self, from: data).object)
        case "BOOKMARK":
            let version = try decoder.decode(Of<StatefulSet>.self, from: data).object.metadata.resourceVersion
            self = version.map { .bookmark(resourceVersion: $0) } ?? .unknown
        case "ERROR": self = .error(try decoder.decode(Of<APIStatus>.self, from: data).object)
        default: self = .unknown
        }
    }

    private struct Kind: Decodable { var type: String }
    private struct Of<Object: Decodable>: Decodable { var object: Object }
}
