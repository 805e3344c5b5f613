import Gossip
import Testing

struct FleetIdentityTests {
    @Test func `every kind reads back what it writes`() throws {
        let demo = try #require(EndpointName("demo"))
        let everybody: [FleetIdentity] = [
            .proxy(MemberID("proxy-a")), .compute(demo, computeID: "compute-demo-3"), .admin("local"),
            .controlPlane("one"),
        ]
        for identity in everybody {
            #expect(FleetIdentity(uri: identity.uri) == identity)
        }
    }

    @Test(arguments: [
        "", "sidecar://", "sidecar://proxy", "sidecar://proxy/", "sidecar://proxy/a/b", "sidecar://compute/demo",
        "sidecar://compute/Demo/c", "sidecar://compute//c", "sidecar://compute/demo/c/d", "sidecar://root/a",
        "spiffe://proxy/a", "SIDECAR://proxy/a",
    ])
    func `anything else is nobody`(uri: String) {
        #expect(FleetIdentity(uri: uri) == nil)
    }

    @Test func `a certificate that claims two identities has none`() {
        #expect(FleetIdentity(uriNames: ["sidecar://proxy/a", "sidecar://admin/a"]) == nil)
        #expect(FleetIdentity(uriNames: ["https://example.org", "sidecar://proxy/a"]) == .proxy(MemberID("a")))
        #expect(FleetIdentity(uriNames: []) == nil)
    }
}
