/// Where a compute accepts connections.
package struct ComputeLocation: Equatable, Sendable {
    package var generation: UInt64
    /// Of the transition that said so.
    package var sequence: UInt64
    /// `host:port`, with a v6 host in brackets.
    package var address: String
    /// The name that its TLS certificate carries.
    package var serverName: String
    package var computeID: String

    package init(generation: UInt64, sequence: UInt64, address: String, serverName: String, computeID: String) {
        self.generation = generation
        self.sequence = sequence
        self.address = address
        self.serverName = serverName
        self.computeID = computeID
    }
}
