import Telemetry
import Testing

struct TrimmedTests {
    @Test(arguments: [
        ("", ""), (" \n", ""), ("token", "token"), ("token\r\n", "token"), ("\u{FEFF}a", "\u{FEFF}a"),
        ("\t\u{A0} a b \u{3000}\u{85}\u{2029}\u{B}\u{C}", "a b"),
    ]) func `white space at the ends is no part of it`(text: String, trimmed: String) {
        #expect(text.trimmed() == trimmed)
    }

    @Test func `what is unwanted can be named`() {
        #expect("[[::1]".trimmed { $0 == "[" || $0 == "]" } == "::1")
        #expect(" secret \r\n".trimmed { Character($0).isNewline } == " secret ")
    }
}
