internal import NIOCore
internal import PostgresWire
internal import Transport

/// Why a session ends before its client and its compute are joined, and what the client is told.
enum SessionEnd: Error {
    /// The last word of ours.
    case refused(ErrorResponse)
    /// The compute's own words, as they came.
    case refusedByCompute(ErrorResponse, frame: ByteBuffer)
    /// The client is gone, or does not speak our language: there is nobody to tell.
    case unheard(String)
    /// The session's task was cancelled: this proxy is going down.
    case cancelled

    /// Ends that others throw, in our words.
    init(_ error: any Error) {
        switch error {
        case let end as SessionEnd: self = end
        case let response as ErrorResponse: self = .refused(response)
        case let refusal as AdmissionRefusal: self = .refused(Refusals.notAdmitted(refusal))
        case is CancellationError: self = .cancelled
        case ConnectLoop.Refusal.cancelled: self = .cancelled
        case ConnectLoop.Refusal.proxy(let response): self = .refused(response)
        case ConnectLoop.Refusal.compute(let response, let frame): self = .refusedByCompute(response, frame: frame)
        case is Deadline.Passed: self = .refused(Refusals.timedOut)
        default: self = .unheard("\(error)")
        }
    }

    /// What to write before closing. Our own words name the session; a compute's stay as they are.
    func farewell(of session: SessionID) -> ByteBuffer? {
        switch self {
        case .refused(let response): response.naming(session).encoded()
        case .refusedByCompute(_, let frame): frame
        case .cancelled: Refusals.shuttingDown.naming(session).encoded()
        case .unheard: nil
        }
    }

    /// How the end is counted.
    var label: String {
        switch self {
        case .refused(let response): response.sqlState.text
        case .refusedByCompute: "compute"
        case .cancelled: Refusals.shuttingDown.sqlState.text
        case .unheard: "unheard"
        }
    }

    /// For the log.
    var detail: String {
        switch self {
        case .refused(let response): "\(response.sqlState) \(response.message)"
        case .refusedByCompute(let response, _): "the compute said \(response.sqlState) \(response.message)"
        case .cancelled: "the proxy is going down"
        case .unheard(let reason): reason
        }
    }
}
