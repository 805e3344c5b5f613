internal import Glibc

/// Whether Postgres lets anybody in. Shut, its postmaster stands still: it accepts nobody, and whoever dials waits. Those who
/// are in go on undisturbed.
struct PostmasterDoor {
    let postmaster: any PostgresHandle
    let directory: DataDirectory

    /// How long the postmaster may take to stand still.
    private static let limit: Duration = .seconds(1)
    private static let lookAgain: Duration = .milliseconds(1)
    /// What backends call themselves before they serve (PostgreSQL, `BackendInitialize`, `InitPostgres`).
    private static let enteringTitles = [" initializing", " authentication", " startup"]

    /// - Returns: whether the door is shut.
    func shut() async -> Bool {
        guard postmaster.exited == nil, postmaster.identifier > 1 else { return false }
        postmaster.send(SIGSTOP)
        let end = ContinuousClock.now.advanced(by: Self.limit)
        while ContinuousClock.now < end {
            if ProcessTable.isStopped(postmaster.identifier) { return true }
            guard await postmaster.waitForExit(atMost: Self.lookAgain) == nil else { return false }
        }
        return false
    }

    func open() {
        postmaster.send(SIGCONT)
    }

    /// Opens the door on a server that turns everybody away: the database system is shutting down, 57P03.
    func openForNobody() {
        postmaster.send(SIGTERM)
        postmaster.send(SIGCONT)
    }

    /// Whether somebody is between the postmaster's accepting them and being listed as a session: backends that have not
    /// said yet whose they are, or that prove it just now.
    var isSomebodyEntering: Bool {
        guard let name = ProcessTable.title(of: postmaster.identifier) else { return false }
        let present = ProcessTable.processes(workingIn: directory.path)
        // Who does not even see the postmaster there sees nobody else either.
        guard present.contains(postmaster.identifier) else { return true }
        return present.contains { other in
            guard other != postmaster.identifier, let title = ProcessTable.title(of: other) else { return false }
            return title == name || Self.enteringTitles.contains { title.hasSuffix($0) }
        }
    }
}
