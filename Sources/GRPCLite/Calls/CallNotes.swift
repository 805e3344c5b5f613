internal import Synchronization

/// What a handler says about the call it serves, for whoever records calls. What it does not say is not recorded.
package final class CallNotes: Sendable {
    package struct Note: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// Bytes of one value; the rest is cut off.
    package static let valueLimit = 256
    /// A handler says at most so much.
    package static let countLimit = 32

    private let notes = Mutex<[Note]>([])

    package init() {}

    package var all: [Note] { notes.withLock { $0 } }

    package func add(_ name: String, _ value: String) {
        let cut = value.utf8.count > Self.valueLimit ? String(value.prefix(Self.valueLimit)) + "…" : value
        // A record is one line, whatever a caller puts into a name.
        let line = String(String.UnicodeScalarView(cut.unicodeScalars.map { $0.properties.isControl ? "?" : $0 }))
        notes.withLock { notes in
            guard notes.count < Self.countLimit else { return }
            notes.append(Note(name: name, value: line))
        }
    }
}

extension ServerCallContext {
    /// Says something about the call, if anybody records it. Nothing secret.
    package func note(_ name: String, _ value: some Sendable) {
        notes?.add(name, "\(value)")
    }
}

extension Unicode.Scalar.Properties {
    /// Ends a line, or steers a terminal.
    fileprivate var isControl: Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(generalCategory)
    }
}

/// Told of a call when it begins, and through what it returns, of its end.
package typealias CallRecorder =
    @Sendable (_ call: ServerCallContext, _ isStreaming: Bool) -> @Sendable (GRPCStatus, [CallNotes.Note]) -> Void

extension MethodHandler {
    /// The same method, every call of which is told to `recorder`, whether its request can be read or not.
    package func recorded(by recorder: @escaping CallRecorder) -> MethodHandler {
        let isStreaming = isStreaming
        let begin: @Sendable (inout ServerCallContext) -> Recording = { context in
            let notes = CallNotes()
            context.notes = notes
            return Recording(notes: notes, end: recorder(context, isStreaming))
        }
        let recordedReply: UnaryReply? =
            switch reply {
            case nil: nil
            case .prompt(let reply):
                .prompt { bytes, context in
                    var context = context
                    let recording = begin(&context)
                    return try recording.ended(with: Result { try reply(bytes, context) })
                }
            case .waiting(let reply):
                .waiting { bytes, context in
                    var context = context
                    let recording = begin(&context)
                    let result: Result<[UInt8], any Error>
                    do {
                        result = .success(try await reply(bytes, context))
                    } catch {
                        result = .failure(error)
                    }
                    return try recording.ended(with: result)
                }
            }
        return MethodHandler(path: path, shape: shape, reply: recordedReply) { inbound, outbound, context in
            var context = context
            let recording = begin(&context)
            let result: Result<Void, any Error>
            do {
                result = .success(try await serve(inbound, outbound, context))
            } catch {
                result = .failure(error)
            }
            try recording.ended(with: result)
        }
    }
}

/// One call that is being recorded.
private struct Recording {
    let notes: CallNotes
    let end: @Sendable (GRPCStatus, [CallNotes.Note]) -> Void

    func ended<Value>(with result: Result<Value, any Error>) throws -> Value {
        switch result {
        case .success: end(.ok, notes.all)
        case .failure(let error): end(GRPCStatus(handlerError: error), notes.all)
        }
        return try result.get()
    }
}

extension ServiceDefinition {
    /// The same service, every call of which is told to `recorder`.
    package func recorded(by recorder: @escaping CallRecorder) -> ServiceDefinition {
        ServiceDefinition(name: name, methods: methods.map { $0.recorded(by: recorder) })
    }
}
