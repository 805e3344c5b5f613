internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A program of ours running as a child, in its own process group and on a lifeline.
///
/// The lifeline is its standard input, whose other end only this process holds and never writes to: when this process
/// ends, however it ends, the child reads the end of its input and stops. What it says on standard error goes to a file.
package final class ChildProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// What to run and where its words go.
    package struct Launch: Sendable {
        package var executable: String
        package var arguments: [String]
        /// Appended to. Created 0600.
        package var logFile: String
        /// Standard output is read for one line; otherwise it goes to `logFile` as well.
        package var announcesReadiness: Bool

        package init(executable: String, arguments: [String], logFile: String, announcesReadiness: Bool = false) {
            self.executable = executable
            self.arguments = arguments
            self.logFile = logFile
            self.announcesReadiness = announcesReadiness
        }
    }

    /// Longest line that is read as an announcement, in bytes.
    private static let announcementLimit = 64 << 10

    private let started = Promise<Int32?>()
    private let announcement = Promise<String?>()
    private let exit = Promise<String>()

    private init() {}

    /// Returns when the process exists.
    package static func start(_ launch: Launch) async throws -> ChildProcess {
        let child = ChildProcess()
        let streams = try ChildStreams(logFile: launch.logFile)
        // A child outlives the task that starts it; whoever started it hears of its end through `waitForExit`.
        Task { await child.supervise(launch, streams) }
        guard await child.started.value() != nil else {
            throw Failure(description: await child.exit.value())
        }
        return child
    }

    /// Also its process group. 0 before it exists.
    package var processID: Int32 { (started.now ?? nil) ?? 0 }
    package var hasExited: Bool { exit.now != nil }

    /// Its first line on standard output; `nil` when it ended without one.
    package func waitForAnnouncement() async -> String? { await announcement.value() }

    /// - Returns: how it ended, for the operator: `exited 1`, `signal 9`.
    package func waitForExit() async -> String { await exit.value() }

    /// To the process alone, which then ends its own children in order. Does nothing when it has ended.
    package func send(_ signal: Int32) {
        guard !hasExited, processID > 1 else { return }
        _ = kill(processID, signal)
    }

    /// Ends the process and its group at once.
    package func killGroup() {
        guard !hasExited, processID > 1 else { return }
        _ = kill(-processID, SIGKILL)
    }

    private func supervise(_ launch: Launch, _ streams: ChildStreams) async {
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let configuration = Configuration(
                executable: .path(FilePath(launch.executable)), arguments: Arguments(launch.arguments),
                environment: .inherit, platformOptions: options)
            let status: TerminationStatus
            if launch.announcesReadiness {
                status = try await run(
                    configuration, input: .fileDescriptor(streams.lifeline, closeAfterSpawningProcess: false),
                    output: .sequence, error: .fileDescriptor(streams.log, closeAfterSpawningProcess: false)
                ) { execution in
                    started.settle(execution.processIdentifier.value)
                    await listen(to: execution.standardOutput)
                }.terminationStatus
            } else {
                status = try await run(
                    configuration, input: .fileDescriptor(streams.lifeline, closeAfterSpawningProcess: false),
                    output: .fileDescriptor(streams.log, closeAfterSpawningProcess: false),
                    error: .fileDescriptor(streams.log, closeAfterSpawningProcess: false)
                ) { execution in
                    started.settle(execution.processIdentifier.value)
                }.terminationStatus
            }
            finish(Self.words(status))
        } catch {
            finish("could not be started: \(error)")
        }
        // Not sooner: the lifeline is held by being referred to.
        withExtendedLifetime(streams) {}
    }

    private func finish(_ cause: String) {
        exit.settle(cause)
        announcement.settle(nil)
        started.settle(nil)
    }

    /// Reads to the end, so that the child never waits for us; only the first line is kept.
    private func listen(to output: SubprocessOutputSequence) async {
        var line: [UInt8] = []
        var isAnnounced = false
        do {
            for try await chunk in output where !isAnnounced {
                line += chunk.bytes.withUnsafeBytes { Array($0) }
                if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                    announcement.settle(String(decoding: line[..<end], as: UTF8.self))
                    isAnnounced = true
                } else if line.count > Self.announcementLimit {
                    isAnnounced = true
                }
            }
        } catch {
            // Its output cannot be read any more; its exit is still waited for.
        }
        announcement.settle(nil)
    }

    private static func words(_ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "exited \(code)"
        case .signaled(let number): "signal \(number)"
        }
    }
}

/// The descriptors that a child is given, closed when its supervisor lets go of them.
private final class ChildStreams: Sendable {
    /// The child's end. Ours is written to by nobody.
    let lifeline: FileDescriptor
    let log: FileDescriptor
    private let ownEnd: FileDescriptor

    init(logFile: String) throws {
        log = try FileDescriptor.open(
            FilePath(logFile), .writeOnly, options: [.append, .create, .closeOnExec], permissions: .ownerReadWrite)
        var ends: [CInt] = [-1, -1]
        // A pair of sockets, because the C library lets Swift make those closed-on-exec in one step: between two steps, a
        // child started meanwhile would hold this one's lifeline.
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            let code = errno
            try? log.close()
            throw ChildProcess.Failure(description: "socketpair: \(String(cString: strerror(code)))")
        }
        lifeline = FileDescriptor(rawValue: ends[0])
        ownEnd = FileDescriptor(rawValue: ends[1])
    }

    deinit {
        for descriptor in [lifeline, ownEnd, log] { try? descriptor.close() }
    }
}
