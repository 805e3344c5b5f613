internal import UnixSignals

/// SIGHUP, by which an operator says that files have changed.
enum ReloadRequests {
    /// Takes the signal over for the rest of the process's life.
    static func listen() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sighup)
    }
}
