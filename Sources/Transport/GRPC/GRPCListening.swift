package import GRPCLite
package import NIOCore

/// A listening gRPC server and its connections.
package final class GRPCListening: Sendable {
    /// How long connections have to carry the last word when the grace is over.
    private static let farewellLimit: Duration = .milliseconds(500)
    /// How long a handshake that is under way at the end may still take.
    private static let handshakeLimit: Duration = .seconds(1)

    package let server: any Channel
    private let connections: GRPCServerConnections

    package let port: Int

    /// What clients did that they must not.
    package let offences: OffenceCounters

    init(server: any Channel, connections: GRPCServerConnections, offences: OffenceCounters) {
        self.offences = offences
        self.server = server
        self.connections = connections
        port = server.localAddress?.port ?? 0
    }

    package var connectionCount: Int { connections.count }

    /// Stops accepting, asks clients to go elsewhere, and lets running calls end. What still runs after `grace` ends
    /// `UNAVAILABLE`. Returns when every connection is closed. Safe to call again.
    package func shutdown(grace: Duration) async {
        connections.beginShutdown()
        // Fails only when it is closed already.
        try? await server.close()
        connections.onEach { handler in
            // Who has not finished its handshake may have sent its first call behind it.
            guard let connection = handler.connection else { return handler.hurry(Self.handshakeLimit) }
            connection.beginShutdown()
        }
        if await connections.areAllClosed(within: grace) { return }
        connections.onEach { $0.connection?.endCalls() }
        if await connections.areAllClosed(within: Self.farewellLimit) { return }
        connections.closeAll()
        _ = await connections.areAllClosed(within: Self.farewellLimit)
    }
}
