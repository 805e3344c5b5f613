import EdgeProxy
import GRPCLite
import Testing

/// design §8: the certificate says who; everything that is not listed is refused.
struct ServiceAuthorizationTests {
    private let authorization = ServiceAuthorization()

    private static let report = "/sidecar.report.v1.Reports/Report"
    private static let wake = "/sidecar.peer.v1.Peer/Wake"
    private static let repair = "/sidecar.peer.v1.Peer/Repair"
    private static let notify = "/sidecar.admin.v1.Admin/Notify"
    private static let members = "/sidecar.admin.v1.Admin/Members"

    private func code(_ method: String, _ names: String...) -> GRPCStatus.Code? {
        authorization.refusal(of: method, for: PeerIdentity(uriNames: names))?.code
    }

    @Test func `each identity calls its own service`() {
        #expect(code(Self.report, "sidecar://compute/demo/compute-demo-3") == nil)
        #expect(code(Self.wake, "sidecar://proxy/proxy-b") == nil)
        // Of whom nobody has heard: that is how one joins.
        #expect(code(Self.repair, "sidecar://proxy/new") == nil)
        #expect(code(Self.members, "sidecar://admin/local") == nil)
        #expect(code(Self.notify, "sidecar://admin/local") == nil)
        #expect(code(Self.notify, "sidecar://control-plane/one") == nil)
    }

    @Test(arguments: [
        (report, "sidecar://proxy/proxy-a"), (report, "sidecar://admin/local"), (report, "sidecar://control-plane/one"),
        (wake, "sidecar://compute/demo/compute-demo-3"), (wake, "sidecar://admin/local"),
        (members, "sidecar://proxy/proxy-a"), (members, "sidecar://control-plane/one"),
        (notify, "sidecar://proxy/proxy-a"), (notify, "sidecar://compute/demo/compute-demo-3"),
        ("/sidecar.admin.v1.Admin/Notify/", "sidecar://control-plane/one"),
        (members, "sidecar://compute/demo/compute-demo-3"), ("/grpc.health.v1.Health/Check", "sidecar://admin/local"),
        ("", "sidecar://admin/local"), ("/", "sidecar://admin/local"), ("Members", "sidecar://admin/local"),
        ("/sidecar.admin.v1.Admin", "sidecar://admin/local"),
        ("/sidecar.admin.v1.Admin.Evil/Members", "sidecar://admin/local"),
    ])
    func `and no other`(method: String, identity: String) {
        #expect(code(method, identity) == .permissionDenied)
    }

    @Test func `nobody without exactly one identity calls anything`() {
        #expect(code(Self.members) == .unauthenticated)
        #expect(code(Self.members, "https://example.org/admin") == .unauthenticated)
        #expect(code(Self.members, "sidecar://admin/a", "sidecar://proxy/proxy-a") == .unauthenticated)
    }
}
