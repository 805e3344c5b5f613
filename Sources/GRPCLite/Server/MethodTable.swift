/// Every method a server offers, found by path. Made once, shared by all connections.
package struct MethodTable: Sendable {
    private let methods: [String: MethodHandler]

    /// When two services claim one path, the later one has it.
    package init(_ services: [ServiceDefinition]) {
        let pairs = services.flatMap(\.methods).map { ($0.path, $0) }
        methods = Dictionary(pairs, uniquingKeysWith: { _, later in later })
    }

    func method(at path: String) -> MethodHandler? {
        methods[path]
    }
}
