/// A service as a server offers it: what generated code makes of one implementation.
package struct ServiceDefinition: Sendable {
    /// `package.Service`.
    package var name: String
    package var methods: [MethodHandler]

    package init(name: String, methods: [MethodHandler]) {
        self.name = name
        self.methods = methods
    }
}
