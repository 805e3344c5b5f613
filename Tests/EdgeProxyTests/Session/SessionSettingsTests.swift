import EdgeProxy
import Gossip
import Telemetry
import Testing

struct SessionSettingsTests {
    private func settings(descriptors: Int, sessions: Int = 10_000) -> SessionSettings {
        let anywhere = NetworkAddress(host: "127.0.0.1", port: 0)
        let pair = EdgeProxyConfiguration.KeyPair(certificateFile: "", keyFile: "")
        var configuration = EdgeProxyConfiguration(
            id: MemberID("proxy-a"), listen: anywhere, http: anywhere, grpc: anywhere, members: [],
            authEndpoint: "http://127.0.0.1:1", controlPlaneTokens: BearerTokens([Secret("t")]), domain: "localtest.me",
            edge: pair,
            identity: pair, trustedCAFile: "")
        configuration.sessionLimit = sessions
        return SessionSettings(configuration, descriptors: descriptors)
    }

    @Test(arguments: [1, 9, 1_024, 65_536])
    func `what is kept for the few has descriptors too`(descriptors: Int) {
        let admission = settings(descriptors: descriptors).admission
        let sockets = 2 * (admission.sessions + admission.sessionReserve)
        #expect(sockets <= max(2, descriptors - descriptors / 4))
    }

    @Test func `no more sessions than there are descriptors for both their sockets`() {
        #expect(settings(descriptors: 1_024).admission.sessions == 341)
        #expect(settings(descriptors: 1_024).admission.strangers == 341)
        #expect(settings(descriptors: 1 << 20).admission.sessions == 10_000)
        #expect(settings(descriptors: 1 << 20).admission.strangers == 2_000)
        #expect(settings(descriptors: 1 << 20, sessions: 5).admission.strangers == 5)
        #expect(settings(descriptors: 0).admission.sessions == 1)
    }
}
