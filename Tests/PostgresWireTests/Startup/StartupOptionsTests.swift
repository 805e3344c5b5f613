import PostgresWire
import Testing

struct StartupOptionsTests {
    @Test(arguments: [
        ("endpoint=demo", "demo", ""),
        ("project=demo", "demo", ""),
        ("-c endpoint=demo", "demo", ""),
        ("-cendpoint=demo", "demo", ""),
        ("--endpoint=demo", "demo", ""),
        ("  endpoint=demo  ", "demo", ""),
        ("endpoint=demo -c geqo=off", "demo", "-c geqo=off"),
        ("-c geqo=off endpoint=demo", "demo", "-c geqo=off"),
        ("-c geqo=off -c endpoint=demo -c jit=off", "demo", "-c geqo=off -c jit=off"),
        ("-c  geqo=off\t-c \n endpoint=demo   -c x=a\\ b", "demo", "-c  geqo=off\t-c x=a\\ b"),
        ("-c x=a\\  endpoint=demo", "demo", "-c x=a\\ "),
        ("endpoint=demo project=demo", "demo", ""),
        ("endpoint=de\\mo", "demo", ""),
        ("endpoint=", "", ""),
    ]) func `routing tokens are taken out`(value: String, endpoint: String, remainder: String) throws {
        let options = try StartupOptions(Array(value.utf8))
        #expect(options.endpoint == endpoint)
        #expect(String(decoding: options.remainder, as: UTF8.self) == remainder)
    }

    @Test(arguments: [
        "", "  ", "-c", "-c geqo=off", "-c search_path=endpoint=x", "-c -c", "\\", "-c geqo=off\\", "endpoint demo",
        " -B 5 -c a=b ",
    ])
    func `everything else stays as it is`(value: String) throws {
        let options = try StartupOptions(Array(value.utf8))
        #expect(options.endpoint == nil)
        #expect(options.remainder == Array(value.utf8))
    }

    @Test(arguments: [
        ("sidecar_cold_start:on", true, ""), ("-c sidecar_cold_start:on -c a=b", true, "-c a=b"),
        ("a sidecar_cold_start:on endpoint=demo b", true, "a b"), ("sidecar_cold_start:off", false, ""),
        ("sidecar_cold_start:on sidecar_cold_start:off", false, ""),
    ])
    func `a question about the cold start is for us`(value: String, isAsked: Bool, remainder: String) throws {
        let options = try StartupOptions(Array(value.utf8))
        #expect(options.wantsColdStart == isAsked)
        #expect(options.routed)
        #expect(String(decoding: options.remainder, as: UTF8.self) == remainder)
    }

    @Test(arguments: ["sidecar_cold_start", "sidecar_cold_start:", "sidecar_cold_start:yes", "xsidecar_cold_start:on"])
    func `what only looks like one is the compute's to judge`(value: String) throws {
        let options = try StartupOptions(Array(value.utf8))
        #expect(!options.wantsColdStart && !options.routed)
        #expect(options.remainder == Array(value.utf8))
    }

    @Test(arguments: [
        ("neon_lsn:0/16B3748", ["lsn=0/16B3748"], ""),
        ("-c neon_b:2 endpoint=demo neon_a:x:y -c geqo=off", ["a=x:y", "b=2"], "-c geqo=off"),
        ("-cneon_b:1 --neon_b:0", ["b=0", "b=1"], ""), ("neon_a:b\\ c", ["a=b c"], ""),
        ("neon_:x", [], "neon_:x"), ("neon_a:", [], "neon_a:"), ("neon_a-b:c", [], "neon_a-b:c"),
        ("neon_a", [], "neon_a"), ("-c x=neon_a:b", [], "-c x=neon_a:b"),
    ]) func `wishes are taken out and sorted`(value: String, wishes: [String], remainder: String) throws {
        let options = try StartupOptions(Array(value.utf8))
        #expect(options.wishes.map { "\($0.key)=\($0.value)" } == wishes)
        #expect(String(decoding: options.remainder, as: UTF8.self) == remainder)
    }

    @Test func `a wish that is no text`() {
        #expect(throws: StartupOptions.Malformed.wishNotText) {
            try StartupOptions(Array("neon_a:".utf8) + [0xFF])
        }
    }

    @Test func `names that disagree are refused`() {
        #expect(throws: StartupOptions.Malformed.endpointsDisagree("a", "b")) {
            try StartupOptions(Array("endpoint=a -c project=b".utf8))
        }
        #expect(throws: StartupOptions.Malformed.endpointNotText) {
            try StartupOptions(Array("endpoint=".utf8) + [0xFF])
        }
    }
}
