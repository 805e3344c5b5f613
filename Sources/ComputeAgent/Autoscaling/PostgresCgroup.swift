internal import Glibc

/// The cgroup that Postgres is put into, so that what an autoscaler hears of its memory is Postgres's.
///
/// cgroups(7): a process is moved by writing its number into `cgroup.procs`, and whatever it starts is where it is. It is moved
/// before it becomes Postgres, so that no memory of it is counted elsewhere.
struct PostgresCgroup: Equatable, Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Absolute.
    let folder: String

    private var members: String { folder + "/cgroup.procs" }

    /// How a program becomes a member and then itself: words to put before it.
    ///
    /// - Returns: none when the agent is a member, as its children then are.
    /// - Throws: `Failure` when nobody can be put there. A Postgres elsewhere would be taken for one that needs no memory.
    func words() throws -> [String] {
        guard let present = OwnedFile.read(members) else {
            throw Failure(description: "Postgres cannot be put into the cgroup \(folder): it has no cgroup.procs")
        }
        let own = "\(getpid())"
        guard !String(decoding: present, as: UTF8.self).split(separator: "\n").contains(where: { $0 == own }) else {
            return []
        }
        guard access(members, W_OK) == 0 else {
            throw Failure(
                description: "Postgres cannot be put into the cgroup \(folder): \(String(cString: strerror(errno)))")
        }
        return ["/bin/sh", "-c", Self.script, members]
    }

    /// The number stays the same from the shell to the program. What it says is found where Postgres's last words are.
    private static let script = """
        echo $$ > "$0" || { echo "FATAL:  cannot be put into the cgroup: $0" >&2; exit 1; }; exec "$@"
        """
}

extension AgentConfiguration {
    /// Only an autoscaler's: in a container the agent has no other cgroup than its own to look at.
    var postgresCgroup: PostgresCgroup? {
        guard let autoscaling, case .virtualMachine = autoscaling.audience else { return nil }
        return PostgresCgroup(folder: autoscaling.cgroup)
    }
}
