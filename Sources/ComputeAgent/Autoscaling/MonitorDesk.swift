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
    /// Gives the file cache its part of so much memory; says whether that is done.
    private let resizeCache: @Sendable (UInt64) async -> Bool
    let log: Logger

    init(totalBytes: UInt64, log: Logger, resizeCache: @escaping @Sendable (UInt64) async -> Bool) {
        state = Mutex(State(governor: MemoryGovernor(totalBytes: totalBytes)))
        self.log = log
        self.resizeCache = resizeCache
    }

    /// Of the machine, by what was said last.
    var totalBytes: UInt64 { state.withLock { $0.governor.totalBytes } }

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

    /// The cache shrinks before memory goes, and grows when it has come: whoever is answered may act at once.
    ///
    /// - Returns: `nil` for what needs no answer.
    func answer(to request: MonitorRequest) async -> MonitorReply? {
        switch request {
        case .upscaled(let resources):
            _ = await resizeCache(resources.memoryBytes)
            return state.withLock { $0.governor.granted(resources) }
        case .downscale(let resources):
            let before = state.withLock { $0.governor }
            let reply = state.withLock { $0.governor.judge(downscaleTo: resources, at: .now) }
            guard case .downscaled(true, _) = reply, await !resizeCache(resources.memoryBytes) else { return reply }
            state.withLock { $0.governor = before }
            return .internalError("the file cache could not be made smaller")
        case .healthCheck, .invalidMessage, .internalError: return nil
        }
    }
}
