internal import Synchronization

/// Where the task of a unary handler and the loop that started it meet.
///
/// The task starts at once, on the loop itself. A handler that never waits is then done before the loop goes on, and its
/// answer is taken right here; one that waits posts its answer when it has one.
final class UnaryTurn: Sendable {
    typealias Answer = Result<[UInt8], GRPCStatus>

    private enum State {
        case running
        case answered(Answer)
        /// The loop has gone on.
        case awaited
    }

    private let state = Mutex(State.running)

    /// Runs a handler to its end.
    static func answer(_ body: () throws -> [UInt8]) -> Answer {
        do { return .success(try body()) } catch { return .failure(GRPCStatus(handlerError: error)) }
    }

    static func answer(_ body: () async throws -> [UInt8]) async -> Answer {
        do { return .success(try await body()) } catch { return .failure(GRPCStatus(handlerError: error)) }
    }

    /// The handler has an answer.
    /// - Returns: `false` when the loop has gone on, and wants to hear of it by other means.
    func give(_ answer: Answer) -> Bool {
        state.withLock { state in
            if case .awaited = state { return false }
            state = .answered(answer)
            return true
        }
    }

    /// The task was started. To be called once.
    /// - Returns: the answer, or `nil` when it is still to come.
    func takeAnswer() -> Answer? {
        state.withLock { state in
            defer { state = .awaited }
            if case .answered(let answer) = state { return answer }
            return nil
        }
    }
}
