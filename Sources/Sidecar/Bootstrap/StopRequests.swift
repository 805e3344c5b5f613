internal import NIOPosix
internal import Synchronization
internal import SystemPackage
internal import UnixSignals

/// Somebody wants this process to end.
enum StopRequest: Equatable, Sendable {
    /// SIGTERM or SIGINT.
    case signal
    /// SIGQUIT: without waiting for anything.
    case quit
    /// The lifeline on standard input has ended: the parent is gone.
    case lifelineEnded
}

/// What tells a command to stop, in the order in which it comes.
enum StopRequests {
    /// Takes over SIGTERM, SIGINT and SIGQUIT for the rest of the process's life.
    ///
    /// - Parameter lifeline: whether standard input is a pipe that a parent holds open as long as it lives.
    static func listen(lifeline: Bool) async -> AsyncStream<StopRequest> {
        let (requests, source) = AsyncStream.makeStream(of: StopRequest.self)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sigquit)
        // Lives as long as the process: whoever listens decides when that ends.
        Task {
            for await signal in signals { source.yield(signal == .sigquit ? .quit : .signal) }
        }
        if lifeline { watchLifeline { source.yield(.lifelineEnded) } }
        return requests
    }

    /// Reads standard input on a thread of its own, which blocks there for the rest of the process's life.
    private static func watchLifeline(_ ended: @escaping @Sendable () -> Void) {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in
            var bytes = [UInt8](repeating: 0, count: 256)
            while let count = try? bytes.withUnsafeMutableBytes({ try FileDescriptor.standardInput.read(into: $0) }),
                count > 0
            {}
            ended()
        }
    }
}
