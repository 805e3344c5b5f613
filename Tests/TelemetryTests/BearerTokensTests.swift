import Glibc
import Testing

@testable import Telemetry

@Suite struct BearerTokensTests {
    private let path = "/tmp/bearer-tokens-\(UInt64.random(in: 0...UInt64.max))"

    private func write(_ text: String) throws { try SecureFile.write(Array(text.utf8), to: path) }

    @Test func `the file is read anew, and what is of no use does not replace what was`() throws {
        defer { unlink(path) }
        #expect(throws: BearerTokens.Flaw.self) { try BearerTokens(file: path) }
        try write(" \n")
        #expect(throws: BearerTokens.Flaw.self) { try BearerTokens(file: path) }
        try write("old\n")
        let tokens = try BearerTokens(file: path)
        #expect(tokens.all == [Secret("old")])
        try write("\tnew \r\n \nold")
        #expect(tokens.all == [Secret("new"), Secret("old")] && tokens.first == Secret("new"))
        for useless in ["", String(repeating: "t\n", count: 9)] {
            try write(useless)
            #expect(tokens.all == [Secret("new"), Secret("old")])
        }
        unlink(path)
        #expect(tokens.first == Secret("new"))
    }

    @Test func `fixed ones stay`() {
        #expect(BearerTokens([Secret("a")]).all == [Secret("a")])
        #expect(BearerTokens([]).first == Secret(""))
    }
}
