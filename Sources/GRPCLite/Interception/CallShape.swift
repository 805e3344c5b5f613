/// How many messages a method takes and gives.
package enum CallShape: Sendable, Hashable, CaseIterable {
    case unary, clientStreaming, serverStreaming, bidirectional
}

/// A method as interceptors see it.
package struct MethodInfo: Sendable, Hashable {
    /// `package.Service`.
    package var service: String
    package var method: String
    package var shape: CallShape

    /// - Parameter path: `/package.Service/Method`; anything else has the service `unknown`.
    package init(path: String, shape: CallShape) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPath = parts.count == 3 && parts[0].isEmpty
        service = isPath ? String(parts[1]) : "unknown"
        method = isPath ? String(parts[2]) : "unknown"
        self.shape = shape
    }

    package var path: String { "/\(service)/\(method)" }
}
