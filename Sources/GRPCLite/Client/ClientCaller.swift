internal import Synchronization

/// The part of a client connection that tasks may hold: it opens calls from any thread.
package final class ClientCaller: Sendable {
    private let commands: CommandQueue<ClientCommand>
    private let nextID = Atomic<UInt64>(0)
    private let isOpen = Atomic(true)

    init(commands: CommandQueue<ClientCommand>) {
        self.commands = commands
    }

    /// Whether new calls are taken; once `false`, a new connection is needed.
    package var acceptsCalls: Bool {
        isOpen.load(ordering: .acquiring)
    }

    func stopAcceptingCalls() {
        isOpen.store(false, ordering: .releasing)
    }

    /// - Parameter timeout: what is left of it for this connection.
    /// - Throws: `UNAVAILABLE` when the connection has gone, `DEADLINE_EXCEEDED` when no time is left.
    package func open(_ path: String, metadata: Metadata, timeout: Duration?) throws(GRPCStatus) -> ClientCall {
        if let timeout, timeout <= .zero { throw .deadlineExceeded }
        let id = ClientCall.ID(rawValue: nextID.wrappingAdd(1, ordering: .relaxed).newValue)
        let commands = commands
        let inbound = MessageMailbox { commands.post(.returnCredit(id, $0)) }
        let outbound = MessageOutlet { commands.post(.send(id, $0)) }
        let start = ClientCallStart(
            id: id, path: path, metadata: metadata, timeout: timeout, inbound: inbound, outbound: outbound)
        guard commands.post(.start(start)) else { throw GRPCStatus(.unavailable, "the connection has gone") }
        return ClientCall(id: id, inbound: inbound, outbound: outbound, commands: commands)
    }
}

extension GRPCStatus {
    package static let deadlineExceeded = GRPCStatus(.deadlineExceeded, "the call's deadline has passed")
}
