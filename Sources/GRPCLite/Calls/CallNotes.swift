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
        MethodHandler(path: path, shape: shape) { inbound, outbound, context in
            var context = context
            let notes = CallNotes()
            context.notes = notes
            let ended = recorder(context, isStreaming)
            do {
                try await serve(inbound, outbound, context)
                ended(.ok, notes.all)
            } catch {
                ended(GRPCStatus(handlerError: error), notes.all)
                throw error
            }
        }
    }
}

extension ServiceDefinition {
    /// The same service, every call of which is told to `recorder`.
    package func recorded(by recorder: @escaping CallRecorder) -> ServiceDefinition {
        ServiceDefinition(name: name, methods: methods.map { $0.recorded(by: recorder) })
    }
}
