internal import Logging
internal import NIOCore
internal import Synchronization

/// What every connection of an autoscaler shares: the judgement, and who of them is the one that is listened to.
final class MonitorDesk: Sendable {
    private struct State {
        var governor: MemoryGovernor
        var current: (channel: any Channel, wantUpscale: @Sendable () -> Void)?
    }

    private let state: Mutex<State>
    let log: Logger

    init(totalBytes: UInt64, log: Logger) {
        state = Mutex(State(governor: MemoryGovernor(totalBytes: totalBytes)))
        self.log = log
    }

    /// - Parameter wantUpscale: asks this connection's other end for more.
    func opened(_ channel: any Channel, wantUpscale: @escaping @Sendable () -> Void) {
        let former = state.withLock { state in
            defer { state.current = (channel, wantUpscale) }
            return state.current?.channel
        }
        former?.close(promise: nil)
    }

    func closed(_ channel: any Channel) {
        state.withLock { state in
            if state.current?.channel === channel { state.current = nil }
        }
    }

    func close() {
        state.withLock { $0.current.take() }?.channel.close(promise: nil)
    }

    func sampled(_ bytes: UInt64) {
        let ask = state.withLock { state in
            state.governor.sampled(bytes, at: .now) ? state.current?.wantUpscale : nil
        }
        ask?()
    }

    /// - Returns: `nil` for what needs no answer.
    func answer(to request: MonitorRequest) -> MonitorReply? {
        state.withLock { state in
            switch request {
            case .upscaled(let resources): state.governor.granted(resources)
            case .downscale(let resources): state.governor.judge(downscaleTo: resources, at: .now)
            case .healthCheck, .invalidMessage, .internalError: nil
            }
        }
    }
}
