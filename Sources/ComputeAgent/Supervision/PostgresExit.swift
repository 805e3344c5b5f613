/// How a Postgres ended, and the last it said.
package struct PostgresExit: Equatable, Sendable, CustomStringConvertible {
    package enum Status: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It could not be started, or its end could not be observed; says why.
        case unknown(String)
    }

    package var status: Status
    /// The newest line that tells of a failure, without its time stamp.
    package var lastComplaint: String?

    package init(status: Status, lastComplaint: String? = nil) {
        self.status = status
        self.lastComplaint = lastComplaint
    }

    package var isClean: Bool { status == .exited(0) }

    /// What an agent exits with whose Postgres ended unasked: Postgres's own code, and never success. A code that would say
    /// something else as ours, bad configuration or usage, has 100 added to it.
    package var agentExitCode: Int32 {
        guard case .exited(let code) = status, code != 0 else { return 1 }
        return Self.codesOfOurs.contains(code) ? code + 100 : code
    }

    private static let codesOfOurs: Set<Int32> = [2, 64]

    package var description: String {
        let how =
            switch status {
            case .exited(let code): "code \(code)"
            case .signalled(let number): "signal \(number)"
            case .unknown(let why): why
            }
        // What it said before somebody killed it is not why it ended.
        guard case .exited = status, let lastComplaint else { return how }
        return "\(how) (\(lastComplaint))"
    }

    /// - Returns: the part of a log line that starts with its severity, if that is a failure.
    package static func complaint(in line: String) -> String? {
        for severity in ["FATAL:", "PANIC:"] {
            if let range = line.firstRange(of: severity) { return String(line[range.lowerBound...]) }
        }
        return nil
    }
}
