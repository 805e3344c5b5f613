import ComputeAgent
import GRPCLite
import NIOPosix
import SidecarAPI
import Synchronization
import TLSEngine
import Transport

/// A proxy as far as reports go: keeps what it is told, and acknowledges it unless told not to.
final class ReportListener: ReportV1.ReportsService {
    private struct State {
        var received: [ReportV1.Transition] = []
        var callers: [[String]] = []
        var acknowledges = true
    }

    private let state = Mutex(State())

    /// In order of arrival, repetitions included.
    var received: [ReportV1.Transition] { state.withLock { $0.received } }
    var states: [ReportV1.ComputeState] { received.map(\.state) }
    var callers: [[String]] { state.withLock { $0.callers } }

    func acknowledge(_ does: Bool) { state.withLock { $0.acknowledges = does } }

    func report(
        _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
        context: ServerCallContext
    ) async throws {
        state.withLock { $0.callers.append(context.peer.uriNames) }
        for try await transition in requests {
            let acknowledges = state.withLock { state in
                state.received.append(transition)
                return state.acknowledges
            }
            if acknowledges { try await responses.write(ReportV1.Ack(version: transition.version)) }
        }
    }

    func start(_ fixture: ComputeFixture, port: Int = 0) async throws -> GRPCListening {
        let tls = try TLSContext.server(
            certificateFile: fixture.certificate("listener.crt"), privateKeyFile: fixture.certificate("listener.key"),
            alpn: ["h2"], clientCAFile: fixture.certificate("ca.crt"))
        return try await GRPCListener.start(
            host: "127.0.0.1", port: port, tls: tls, services: [definition], authorize: { _, _ in nil },
            group: MultiThreadedEventLoopGroup.singleton)
    }
}
