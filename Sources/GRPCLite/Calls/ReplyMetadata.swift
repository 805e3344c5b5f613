internal import Synchronization

/// The metadata around the responses of a call, as far as it has come.
final class ReplyMetadata: Sendable {
    private struct State {
        var initial = Metadata()
        var trailing = Metadata()
    }

    private let state = Mutex(State())

    var initial: Metadata { state.withLock(\.initial) }
    var trailing: Metadata { state.withLock(\.trailing) }

    /// - Throws: `INTERNAL` for binary metadata that is not base64.
    func headersArrived(_ fields: [HeaderField]) throws(GRPCStatus) {
        let metadata = try Self.metadata(fields)
        state.withLock { $0.initial = metadata }
    }

    /// Trailers, or headers that are the whole answer.
    func trailersArrived(_ fields: [HeaderField]) throws(GRPCStatus) {
        let metadata = try Self.metadata(fields)
        state.withLock { $0.trailing = metadata }
    }

    private static func metadata(_ fields: [HeaderField]) throws(GRPCStatus) -> Metadata {
        do {
            return try Metadata(fields: fields)
        } catch {
            throw GRPCStatus(.internalError, "the metadata \(error.name.prefix(64)) is not base64")
        }
    }
}
