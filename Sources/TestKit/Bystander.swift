internal import Glibc

/// A process that does nothing but be there, in a folder and under a program's name of the test's choosing. Ended when
/// the test lets go of it.
package final class Bystander: Sendable {
    package let processID: Int32

    /// - Parameter program: takes one argument, a number of seconds, and waits that long: `sleep`, or a copy of it.
    package init(_ program: String = "/bin/sleep", in folder: String) throws {
        var identifier: pid_t = 0
        let arguments = ["/bin/sh", "-c", #"cd "$0" && exec "$1" 1000"#, folder, program]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        // What whoever started us ignores, and what this thread holds back, would be inherited.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        guard posix_spawn(&identifier, "/bin/sh", nil, &attributes, &pointers, nil) == 0 else {
            throw NeverHappened("cannot start \(program)")
        }
        processID = identifier
    }

    deinit {
        kill(processID, SIGKILL)
        waitpid(processID, nil, 0)
    }

    /// Whether the shell that starts it has become it.
    package var isThere: Bool {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(processID)/exe", &path, path.count - 1)
        guard count > 0 else { return false }
        let name = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return !name.hasSuffix("/dash") && !name.hasSuffix("/bash")
    }

    /// The signal that ended it; `nil` while it runs.
    package var endedBy: Int32? {
        var information = siginfo_t()
        // Leaves it to be asked again.
        let isKnown = waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT | WNOHANG) == 0
        let child = information._sifields._sigchld
        return isKnown && child.si_pid == processID ? child.si_status : nil
    }
}
