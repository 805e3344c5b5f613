internal import NIOCore
internal import Synchronization

/// Which session of its thread a connection belongs to: blank until the session has begun there.
final class RelayPass: Sendable {
    private let value = Atomic<UInt64>(0)

    var key: UInt64 { value.load(ordering: .acquiring) }

    func take(_ key: UInt64) {
        value.store(key, ordering: .releasing)
    }
}

/// A session on its thread, as its control sees it.
struct RelayedSession: ControlledRelay {
    let thread: RelayThread
    let pass: RelayPass

    func heed(_ request: RelayControl.Request) {
        thread.execute { desk in desk.session(pass.key)?.asked(request, desk) }
    }

    func snapshot(_ answer: @escaping @Sendable (RelayControl.Snapshot?) -> Void) {
        if !thread.execute({ desk in answer(desk.session(pass.key)?.snapshot(desk)) }) { answer(nil) }
    }
}

/// A stream's connection while a relay has it, and after: it can be told something last, and be closed.
struct RelayedEnd: Sendable {
    let session: RelayedSession
    let side: RelayOutcome.Side

    /// Queued behind what the other side sent; nothing before the relay's end.
    func say(_ bytes: ByteBuffer) {
        session.thread.execute { desk in desk.session(session.pass.key)?.say(bytes, to: side, desk) }
    }

    /// Returns once the socket is closed. Ends the relay, if it still runs.
    /// - Parameter inOrder: with our goodbye, and time for what is queued and for the peer's end.
    func close(inOrder: Bool) async {
        await withCheckedContinuation { continuation in
            let isTaken = session.thread.execute { desk in
                guard let session = desk.session(session.pass.key) else { return continuation.resume() }
                session.close(side, continuation, inOrder: inOrder, desk)
            }
            if !isTaken { continuation.resume() }
        }
    }
}
