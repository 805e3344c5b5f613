import NIOCore
import NIOPosix
import Synchronization
import Transport

/// Takes connections, remembers what each one said, and answers its first bytes.
final class StandIn: Sendable {
    let socket: ListeningSocket
    private let notes: Notes

    init(answer: ByteBuffer) async throws {
        let notes = Notes()
        self.notes = notes
        socket = try await Listener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton
        ) { stream in
            var all = ByteBuffer()
            while var bytes = try? await stream.read() {
                let isFirst = all.readableBytes == 0
                all.writeBuffer(&bytes)
                notes.wasHeard()
                if isFirst { try? await stream.write(answer) }
            }
            notes.add(all)
        }
    }

    /// What each connection said, from its beginning to its end.
    var connections: [ByteBuffer] { notes.all }

    /// Whether any of them has said something.
    var isHeard: Bool { notes.isHeard }

    func stop() async {
        await socket.stopAccepting()
        socket.cancelConnections()
        await socket.waitForConnections()
    }
}

private final class Notes: Sendable {
    private let heard = Mutex<[ByteBuffer]>([])
    var all: [ByteBuffer] { heard.withLock { $0 } }
    func add(_ bytes: ByteBuffer) { heard.withLock { $0.append(bytes) } }
    private let said = Atomic(false)
    var isHeard: Bool { said.load(ordering: .acquiring) }
    func wasHeard() { said.store(true, ordering: .releasing) }
}
