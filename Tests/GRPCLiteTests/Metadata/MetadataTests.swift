import Testing

@testable import GRPCLite

@Suite struct MetadataTests {
    @Test(
        arguments: [
            ([], ""), ([0], "AA"), ([0xFF, 0xFE], "//4"), ([1, 2, 3], "AQID"), ([1, 2, 3, 4], "AQIDBA"),
        ] as [([UInt8], String)])
    func `base64 is written unpadded and read either way`(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        #expect(Base64.decode(text + padding) == bytes)
    }

    @Test(arguments: ["A", "AQID=", "A===", "AQ=D", "A-_A", "Ä"])
    func `refuses what is not base64`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["grpc-timeout", "te", "content-type", ":path", "Upper", "sp ace", "user-agent", ""])
    func `refuses names that are not the caller's`(name: String) {
        var metadata = Metadata()
        let isTaken = metadata.append(name: name, value: "x")
        #expect(!isTaken)
        #expect(metadata.entries.isEmpty)
    }

    @Test func `refuses values that HTTP/2 could not carry`() {
        var metadata = Metadata()
        metadata.append(name: "a", value: "line\nbreak")
        metadata.append(name: "a-bin", value: "text")
        metadata.appendBinary(name: "a", bytes: [1])
        #expect(metadata.entries.isEmpty)
    }

    @Test func `splits joined binary values before decoding them`() throws {
        let metadata = try Metadata(fields: [HeaderField("key-bin", "AQID, BA==,")])
        #expect(metadata.entries.map(\.value) == [.binary([1, 2, 3]), .binary([4]), .binary([])])
    }

    @Test func `keeps order and drops what is not custom`() throws {
        let metadata = try Metadata(fields: [
            HeaderField(":path", "/x"), HeaderField("b", " 2\t"), HeaderField("te", "trailers"),
            HeaderField("a", "1"), HeaderField("b", "3"), HeaderField("grpc-timeout", "1S"),
        ])
        #expect(metadata.entries.map(\.name) == ["b", "a", "b"])
        #expect(metadata.all(named: "b") == ["2", "3"])
        #expect(metadata.fields.map(\.value) == ["2", "1", "3"])
    }

    @Test func `names the value that cannot be decoded`() {
        #expect(throws: Metadata.UndecodableBinary(name: "x-bin")) {
            _ = try Metadata(fields: [HeaderField("x-bin", "%%%")])
        }
    }
}
