/// A spec that cannot be used: where in the JSON, and why.
package struct SpecFailure: Error, Equatable, CustomStringConvertible {
    /// `spec.cluster.roles[0].name`; empty when the text as a whole is no JSON.
    package var path: String
    package var problem: String

    package init(at path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

extension SpecFailure {
    /// The decoder's error with its path written as a person would.
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(at: Self.path(context.codingPath + [key]), "is missing")
        case .valueNotFound(_, let context):
            self.init(at: Self.path(context.codingPath), "must not be null")
        case .typeMismatch(let type, let context):
            self.init(at: Self.path(context.codingPath), "is not \(Self.name(of: type))")
        case .dataCorrupted(let context):
            self.init(at: Self.path(context.codingPath), context.debugDescription)
        @unknown default:
            self.init(at: "", "cannot be read")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        default: "a number that fits"
        }
    }
}
