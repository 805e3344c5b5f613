import Foundation
import PostgresWire
import TLSEngine
import Testing
import Transport

@testable import EdgeProxy

struct RefusalCatalogueTests {
    private var entries: [Refusals.Entry] { Refusals.catalogue.flatMap(\.entries) }

    @Test func `every error is FATAL, has a SQLSTATE of five characters and a text in one line`() {
        #expect(entries.count > 10)
        for entry in entries {
            let fields = entry.example.fields
            #expect(fields.severity == .fatal, "\(fields.message)")
            #expect(fields.sqlState.text.wholeMatch(of: /[0-9A-Z]{5}/) != nil, "\(fields.message)")
            for text in [fields.message, fields.hint ?? "", entry.when, entry.remedy] {
                #expect(!text.contains { $0.isNewline }, "\(text)")
            }
            #expect(fields.hint.map { $0.hasSuffix(".") } ?? true, "the session's id follows: \(fields.message)")
            #expect(!fields.message.isEmpty && !entry.when.isEmpty && !entry.remedy.isEmpty)
        }
    }

    @Test func `every reason of a failed lookup or wake has its entry`() {
        let known = entries.map(\.example)
        for reason in WakeFailure.Reason.allCases {
            #expect(known.contains(WakeFailure(reason: reason).response), "\(reason)")
        }
        for reason in LookupFailure.Reason.allCases {
            #expect(known.contains(LookupFailure(reason: reason).response), "\(reason)")
        }
    }

    @Test func `the page about errors has every error as it is`() throws {
        let page = try String(contentsOfFile: ErrorsPage.path, encoding: .utf8)
        let wanted = try #require(ErrorsPage.withTables(in: page))
        if ErrorsPage.isToBeWritten {
            return try wanted.write(toFile: ErrorsPage.path, atomically: true, encoding: .utf8)
        }
        #expect(wanted == page, "make it anew: SIDECAR_WRITE_DOCS=1 swift test --filter RefusalCatalogueTests")
    }

    @Test func `the session's id ends the hint, with or without words in front`() throws {
        let session = SessionID("0b8f8c26-1f2a-4c3d-9e4f-5a6b7c8d9e0f")
        #expect(Refusals.timedOut.naming(session).hint == "Session: \(session).")
        #expect(Refusals.shuttingDown.naming(session).hint == "Connect again. Session: \(session).")
        let named = Refusals.shuttingDown.naming(session)
        #expect(named.sqlState == .adminShutdown && named.message == Refusals.shuttingDown.message)
    }

    @Test func `a compute's own frame is passed on without our words`() {
        let session = SessionID("0b8f8c26-1f2a-4c3d-9e4f-5a6b7c8d9e0f")
        let response = ErrorResponse(SQLState("3D000"), "database \"x\" does not exist")
        let end = SessionEnd.refusedByCompute(response, frame: response.encoded())
        #expect(end.farewell(of: session) == response.encoded())
        #expect(SessionEnd.unheard("gone").farewell(of: session) == nil)
        #expect(SessionEnd.cancelled.farewell(of: session) == Refusals.shuttingDown.naming(session).encoded())
    }
}
