internal import FoundationEssentials
internal import Glibc

/// Processes that outlived whoever was to end them: a Postgres whose agent was killed still sits in its data directory.
enum Leftovers {
    /// For a Postgres that is told to stop to write its checkpoint and be gone.
    private static let checkpointPatience: Duration = .seconds(5)
    /// For a Postgres that is told to quit to be gone.
    private static let patience: Duration = .seconds(1)
    private static let pause: Duration = .milliseconds(10)
    private static let program = "postgres"

    /// Ends every process of a Postgres whose working directory is `folder`; returns when none is left.
    ///
    /// - Parameter gently: there is time for a checkpoint, so that the next start need not recover.
    /// - Returns: whether there was any.
    @discardableResult
    static func end(in folder: String, gently: Bool = false) async -> Bool {
        let path = resolved(folder)
        let found = processes(in: path)
        guard !found.isEmpty else { return false }
        if gently, let postmaster = postmaster(of: folder), found.contains(postmaster) {
            _ = kill(postmaster, SIGINT)
            if await isEmpty(path, within: checkpointPatience) { return true }
        }
        // A postmaster that quits takes its children and its shared memory along.
        for signal in [SIGQUIT, SIGKILL] {
            for process in processes(in: path) { _ = kill(process, signal) }
            if await isEmpty(path, within: patience) { return true }
        }
        return true
    }

    private static func isEmpty(_ path: String, within limit: Duration) async -> Bool {
        let end = ContinuousClock.now + limit
        while !processes(in: path).isEmpty {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: pause)
        }
        return true
    }

    /// Postgres's own processes alone: an operator's shell may be in that folder, too.
    private static func processes(in path: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { process in
            target("/proc/\(process)/cwd") == path && target("/proc/\(process)/exe").map(isPostgres) == true
        }
    }

    /// After an upgrade the kernel says so behind the name of the program that it still runs.
    private static func isPostgres(_ executable: String) -> Bool {
        let deleted = " (deleted)"
        let path = executable.hasSuffix(deleted) ? executable.dropLast(deleted.count) : executable[...]
        return path.split(separator: "/").last.map(String.init) == program
    }

    private static func postmaster(of folder: String) -> pid_t? {
        let text = try? String(contentsOfFile: folder + "/postmaster.pid", encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    private static func target(_ link: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: link)
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
