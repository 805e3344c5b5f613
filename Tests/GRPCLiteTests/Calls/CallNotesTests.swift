import Synchronization
import TestKit
import Testing

@testable import GRPCLite

/// What is said about calls, and told to whoever records them.
@Suite(.timeLimit(.minutes(1))) struct CallNotesTests {
    private final class Records: Sendable {
        let begun = Mutex<[(method: String, isStreaming: Bool)]>([])
        let ended = Mutex<[(status: GRPCStatus, notes: [CallNotes.Note])]>([])

        var recorder: CallRecorder {
            { [self] context, isStreaming in
                begun.withLock { $0.append((context.method, isStreaming)) }
                return { [self] status, notes in ended.withLock { $0.append((status, notes)) } }
            }
        }
    }

    private let records = Records()

    private var service: ServiceDefinition {
        let unary = MethodHandler.unary("/t.T/Unary") { (request: Blob, context) -> Blob in
            context.note("bytes", request.bytes.count)
            if request.bytes.isEmpty { throw GRPCStatus(.notFound, "nothing") }
            return request
        }
        let stream = MethodHandler.serverStreaming("/t.T/Stream") {
            (request: Blob, writer: ResponseWriter<Blob>, context) in
            context.note("count", 2)
            for _ in 0..<2 { try await writer.write(request) }
        }
        return ServiceDefinition(name: "t.T", methods: [unary, stream]).recorded(by: records.recorder)
    }

    @Test func `every call is told of, good or bad, with what its handler said`() async throws {
        try await withLink([service]) { [records] link in
            let _: Blob = try await link.unary("/t.T/Unary", "four" as Blob)
            await #expect(throws: GRPCStatus(.notFound, "nothing")) {
                let _: Blob = try await link.unary("/t.T/Unary", "" as Blob)
            }
            let stream: ResponseStream<Blob> = try await link.serverStreaming("/t.T/Stream", "x" as Blob)
            var count = 0
            for try await _ in stream { count += 1 }
            #expect(count == 2)
            try await eventually("three ends") { records.ended.withLock { $0.count } == 3 }
            #expect(records.begun.withLock { $0.map(\.method) } == ["/t.T/Unary", "/t.T/Unary", "/t.T/Stream"])
            #expect(records.begun.withLock { $0.map(\.isStreaming) } == [false, false, true])
            let ended = records.ended.withLock { $0 }
            #expect(ended.map(\.status.code) == [.ok, .notFound, .ok])
            #expect(ended.map { $0.notes.map { "\($0.name)=\($0.value)" } } == [["bytes=4"], ["bytes=0"], ["count=2"]])
        }
    }

    @Test func `a note is one line of bounded length`() {
        let notes = CallNotes()
        notes.add("ep", "a\nb\r\u{1B}[2J\u{2028}c")
        notes.add("long", String(repeating: "é", count: 1000))
        for number in 0..<100 { notes.add("n", "\(number)") }
        #expect(notes.all[0].value == "a?b??[2J?c")
        #expect(notes.all[1].value.count == CallNotes.valueLimit + 1)
        #expect(notes.all.count == CallNotes.countLimit)
    }
}
