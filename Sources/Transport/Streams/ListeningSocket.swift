package import NIOCore

/// A bound socket and the connections that came through it.
package final class ListeningSocket: Sendable {
    package let localAddress: SocketAddress
    package var port: Int { localAddress.port ?? 0 }
    /// Connections whose streams are not closed yet.
    package var connectionCount: Int { connections.count }

    package let channel: any Channel
    private let connections: Connections

    init(channel: any Channel, localAddress: SocketAddress, connections: Connections) {
        self.channel = channel
        self.localAddress = localAddress
        self.connections = connections
    }

    /// Closes the socket; connections go on. Safe to call again.
    package func stopAccepting() async {
        // Fails only when it is closed already.
        try? await channel.close()
    }

    /// Returns when every connection has ended, or early when the calling task is cancelled.
    package func waitForConnections() async {
        await connections.waitUntilNone()
    }

    /// Cancels the task of every connection there is now; what a task does then is its own affair.
    package func cancelConnections() {
        connections.cancelAll()
    }
}
