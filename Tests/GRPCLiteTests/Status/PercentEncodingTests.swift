import Testing

@testable import GRPCLite

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("50%", "50%25"), ("grüß", "gr%C3%BC%C3%9F"), ("a\nb", "a%0Ab"), ("", ""),
    ])
    func `encodes what is not printable and decodes it again`(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
        #expect(PercentEncoding.decode(encoded) == text)
    }

    @Test(arguments: [("%", "%"), ("%4", "%4"), ("%zz!", "%zz!"), ("%41%", "A%"), ("%c3%bc", "ü")])
    func `leaves broken escapes as they are`(encoded: String, text: String) {
        #expect(PercentEncoding.decode(encoded) == text)
    }
}
