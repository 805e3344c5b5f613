import ComputeAgent
import GRPCLite
import NIOPosix
import SidecarAPI
import Synchronization
import TLSEngine
import Transport

/// A proxy or a control plane as far as reports go: keeps what it is told, and acknowledges it unless told not to.
final class ReportListener: ReportV1.ReportsService {
    private struct State {
        var received: [ReportV1.Transition] = []
        var callers: [[String]] = []
        var acknowledges = true
        var asksAlways = false
        var writers: [ResponseWriter<ReportV1.Ack>] = []
    }

    private let state = Mutex(State())

    /// In order of arrival, repetitions included.
    var received: [ReportV1.Transition] { state.withLock { $0.received } }
    var states: [ReportV1.ComputeState] { received.map(\.state) }
    var callers: [[String]] { state.withLock { $0.callers } }

    func acknowledge(_ does: Bool) { state.withLock { $0.acknowledges = does } }

    /// Asks, over every open stream, for a stop if it is idle.
    func askToStop(at version: ReportV1.Version) async throws {
        for writer in state.withLock({ $0.writers }) { try await writer.write(ReportV1.Ack(stopIfIdle: version)) }
    }

    /// From now on every transition is answered with the wish that it be the last.
    func askAlways() { state.withLock { $0.asksAlways = true } }

    func report(
        _ requests: RequestStream<ReportV1.Transition>, to responses: ResponseWriter<ReportV1.Ack>,
        context: ServerCallContext
    ) async throws {
        state.withLock { state in
            state.callers.append(context.peer.uriNames)
            state.writers.append(responses)
        }
        for try await transition in requests {
            let (acknowledges, asks) = state.withLock { state in
                state.received.append(transition)
                return (state.acknowledges, state.asksAlways)
            }
            if acknowledges { try await responses.write(ReportV1.Ack(version: transition.version)) }
            if asks { try await responses.write(ReportV1.Ack(stopIfIdle: transition.version)) }
        }
    }

    func start(_ fixture: ComputeFixture, port: Int = 0, as name: String = "listener") async throws -> GRPCListening {
        let tls = try TLSContext.server(
            certificateFile: fixture.certificate("\(name).crt"), privateKeyFile: fixture.certificate("\(name).key"),
            alpn: ["h2"], clientCAFile: fixture.certificate("ca.crt"))
        return try await GRPCListener.start(
            host: "127.0.0.1", port: port, tls: tls, services: [definition], authorize: { _, _ in nil },
            group: MultiThreadedEventLoopGroup.singleton)
    }
}
