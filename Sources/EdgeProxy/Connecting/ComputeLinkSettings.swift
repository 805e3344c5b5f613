/// How computes are spoken to.
package struct ComputeLinkSettings: Sendable, Equatable {
    /// Certificates that computes' certificates must lead to, PEM. `nil`: those of the fleet.
    package var authorityFile: String?
    /// Whether the authorities that this machine trusts are as good.
    package var trustsSystemRoots = false
    /// Whether every connection to a compute begins with a PROXY header of version 2 that names the client.
    package var announcesClients = false

    package init() {}
}
