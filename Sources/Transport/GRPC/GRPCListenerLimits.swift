package import GRPCLite

/// What a listener allows strangers.
package struct GRPCListenerLimits: Sendable {
    package var connection = ConnectionLimits()
    /// Connections open at once; more are closed as soon as they are accepted.
    package var connections = 4096
    /// The same for each client address, so that one host cannot take all of them.
    package var connectionsPerAddress = 1024
    /// Bytes of all answers of all connections that wait for clients to take them. Above it the connection with most of
    /// them has its fullest streams reset; until then handlers that stream wait for all that they have written to leave.
    package var unsentBytes = 256 * 1024 * 1024
    /// Bytes of all requests of all connections that no handler has taken, messages that wait in streams among them with
    /// what each costs in memory. Above it the fullest calls of the connection with
    /// most of them end `RESOURCE_EXHAUSTED`.
    package var unfinishedBytes = 256 * 1024 * 1024
    /// Bytes of all messages that came compressed and that handlers of all connections hold, unpacked. A call whose message
    /// would be beyond it ends `RESOURCE_EXHAUSTED`.
    package var unpackedBytes = 256 * 1024 * 1024
    /// Connections whose TLS handshake is under way; more are closed as soon as they are accepted. Each costs a
    /// signature, so that a flood of them would be all that a loop does.
    package var handshakes = 512
    /// The same for each client address, so that one host that connects and says nothing cannot shut out the others.
    package var handshakesPerAddress = 128
    /// From accept to the end of the TLS handshake.
    package var handshake: Duration = .seconds(10)

    package init() {}
}
