import GRPCLite
import SidecarAPI
import Testing

struct ServiceTests {
    private struct Silent: PeerV1.PeerService {
        func wake(
            _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>, context: ServerCallContext
        ) async throws {}
    }

    @Test func `a definition carries the full names that foreign clients call`() {
        let definition = Silent().definition
        #expect(definition.name == "sidecar.peer.v1.Peer")
        #expect(definition.methods.map(\.path) == ["/sidecar.peer.v1.Peer/Wake"])
    }
}
