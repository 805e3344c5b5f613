import GRPCLite
import SidecarAPI
import Testing

struct ServiceTests {
    private struct Silent: PeerV1.PeerService {
        func wake(
            _ request: PeerV1.WakeRequest, to responses: ResponseWriter<PeerV1.WakeProgress>, context: ServerCallContext
        ) async throws {}

        func flight(_ request: PeerV1.FlightRequest, context: ServerCallContext) async throws -> PeerV1.FlightReply {
            PeerV1.FlightReply()
        }

        func ping(_ request: PeerV1.PingRequest, context: ServerCallContext) async throws -> PeerV1.PingReply {
            PeerV1.PingReply()
        }

        func cancel(_ request: PeerV1.CancelRequest, context: ServerCallContext) async throws -> PeerV1.CancelReply {
            PeerV1.CancelReply()
        }

        func deliverLogin(
            _ request: PeerV1.LoginDelivery, context: ServerCallContext
        ) async throws -> PeerV1.LoginDeliveryReply {
            PeerV1.LoginDeliveryReply()
        }

        func repair(_ request: PeerV1.RepairRequest, context: ServerCallContext) async throws -> PeerV1.RepairReply {
            PeerV1.RepairReply()
        }
    }

    @Test func `a definition carries the full names that foreign clients call`() {
        let definition = Silent().definition
        #expect(definition.name == "sidecar.peer.v1.Peer")
        #expect(
            definition.methods.map(\.path)
                == ["Wake", "Flight", "Ping", "Repair", "Cancel", "DeliverLogin"].map { "/sidecar.peer.v1.Peer/\($0)" })
    }
}
