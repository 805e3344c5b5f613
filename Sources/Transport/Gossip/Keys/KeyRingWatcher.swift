internal import NIOPosix

/// Looks at a key file again and again, so that keys change without a restart.
///
/// A mounted secret changes by swapping a symbolic link, which no watch on the file itself would tell; and modification
/// times repeat within a kernel tick. The file is short, so every look reads it and compares what it says.
package struct KeyRingWatcher: Sendable {
    package enum News: Sendable, Equatable {
        /// Another ring than before, or the same after trouble with other warnings.
        case changed(KeyRingFile.Content)
        /// The file gives no ring now; the one in use stays. Told once per trouble.
        case trouble(KeyRingFailure)
    }

    package let file: KeyRingFile
    private let interval: Duration
    private var known: Result<KeyRingFile.Content, KeyRingFailure>

    /// - Parameters:
    ///   - known: what was read at start; only a difference to it is news.
    ///   - interval: between two looks.
    package init(file: KeyRingFile, known: KeyRingFile.Content, interval: Duration = .seconds(2)) {
        self.file = file
        self.known = .success(known)
        self.interval = interval
    }

    /// Returns when the calling task is cancelled.
    package func run(onNews: @Sendable (News) async -> Void) async {
        var watcher = self
        while (try? await Task.sleep(for: interval)) != nil {
            let file = file
            // Off the caller's executor: a secret may lie on a network file system. Fails only when the process ends.
            guard
                let seen = try? await NIOThreadPool.singleton.runIfActive({
                    Result { () throws(KeyRingFailure) in try file.read() }
                })
            else { return }
            if let news = watcher.compare(seen) { await onNews(news) }
        }
    }

    /// - Returns: `nil` when the file says what it said before.
    mutating func compare(_ seen: Result<KeyRingFile.Content, KeyRingFailure>) -> News? {
        guard seen != known else { return nil }
        known = seen
        switch seen {
        case .success(let content): return .changed(content)
        case .failure(let failure): return .trouble(failure)
        }
    }
}
