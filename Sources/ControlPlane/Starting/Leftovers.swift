internal import Foundation
internal import Glibc

/// Processes that outlived whoever was to end them: a Postgres whose agent was killed still sits in its data directory.
enum Leftovers {
    /// For a Postgres that is told to quit to be gone.
    private static let patience: Duration = .seconds(1)
    private static let pause: Duration = .milliseconds(10)

    /// Ends every process whose working directory is `folder`; returns when none is left.
    static func end(in folder: String) async {
        var left = processes(in: folder)
        guard !left.isEmpty else { return }
        // A postmaster that quits takes its children and its shared memory along.
        for process in left { _ = kill(process, SIGQUIT) }
        let end = ContinuousClock.now + patience
        while !left.isEmpty {
            try? await Task.sleep(for: pause)
            left = processes(in: folder)
            if ContinuousClock.now > end { left.forEach { _ = kill($0, SIGKILL) } }
            if ContinuousClock.now > end + patience { return }
        }
    }

    private static func processes(in folder: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { process in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) == folder
        }
    }
}
