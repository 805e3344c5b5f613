import TLSEngine
import Testing

struct RehearsalTests {
    let files: TestFiles

    init() throws {
        files = try TestFiles()
    }

    @Test func `what a client would take is taken`() throws {
        try Rehearsal.handshake(server: files.server(), client: files.client(), serverName: "db.example")
    }

    @Test func `another name is refused in the client's words`() throws {
        let failure = #expect(throws: TLSFailure.self) {
            try Rehearsal.handshake(
                server: files.server("db.elsewhere"), client: files.client(), serverName: "db.example")
        }
        #expect("\(try #require(failure))".contains("mismatch"), "\(String(describing: failure))")
    }

    @Test func `another authority is refused`() throws {
        let others = try TestFiles()
        #expect(throws: TLSFailure.self) {
            try Rehearsal.handshake(server: others.server(), client: files.client(), serverName: "db.example")
        }
    }
}
