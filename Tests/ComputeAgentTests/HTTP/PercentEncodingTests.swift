import Testing

@testable import ComputeAgent

struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("a+b", "a+b"), ("a%20b", "a b"), ("%2fgr%C3%bc%C3%9f", "/grüß"),
        ("%2541", "%41"),
    ]) func `escapes are the bytes that they name`(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text) == decoded)
    }

    @Test(arguments: ["%", "%4", "a%zz", "%+1", "%FF", "%C3", "%c3%28"])
    func `a broken escape, and what is not UTF-8, is nothing`(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
