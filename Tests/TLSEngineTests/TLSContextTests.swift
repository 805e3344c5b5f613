import TLSEngine
import Testing

struct TLSContextTests {
    let files: TestFiles

    init() throws {
        files = try TestFiles()
    }

    @Test func `a missing file is named`() throws {
        let failure = #expect(throws: TLSFailure.self) {
            try TLSContext.client(trustedCAFile: files.path("absent.crt"))
        }
        #expect(failure?.reason == .unusableFile)
        #expect(failure?.detail.contains("absent.crt") == true)
    }

    @Test func `a file of something else is named`() throws {
        let path = try files.write("no certificate", to: "poem.crt")
        let own = try files.issue("own")
        for attempt in [(path, own.key), (own.certificate, path)] {
            let failure = #expect(throws: TLSFailure.self) {
                try TLSContext.server(certificateFile: attempt.0, privateKeyFile: attempt.1)
            }
            #expect(failure?.reason == .unusableFile)
            #expect(failure?.detail.contains("poem.crt") == true)
        }
    }

    @Test func `a key of another certificate is refused, and both files are named`() throws {
        let one = try files.issue("one")
        let two = try files.issue("two")
        let failure = #expect(throws: TLSFailure.self) {
            try TLSContext.server(certificateFile: one.certificate, privateKeyFile: two.key)
        }
        #expect(failure?.reason == .keyMismatch)
        #expect(failure?.detail.contains("two.key") == true)
        #expect(failure?.detail.contains("one.crt") == true)
    }

    @Test func `a protocol name without bytes is refused`() throws {
        #expect(throws: TLSFailure.self) { try files.client(alpn: [""]) }
        #expect(throws: TLSFailure.self) { try files.client(alpn: [String(repeating: "x", count: 256)]) }
    }
}
