internal import GRPCLite
internal import NIOCore

// Calls that a connection gave back, since no server has begun them. All of this runs on the channel's loop.
extension GRPCClientChannel {
    /// The next connection gets it. Where there is none, a call that waits for ready waits for it, and another ends.
    static func takeBack(_ call: UnprocessedCall, by channel: GRPCClientChannel?) {
        guard let channel else { return call.end(GRPCStatus(.unavailable, "the channel has gone")) }
        let timer = call.deadline.map { deadline in
            channel.loop.scheduleTask(in: TimeAmount(max(.zero, ContinuousClock.now.duration(to: deadline)))) {
                call.end(.deadlineExceeded)
            }
        }
        channel.place(call, timer, failures: 0)
    }

    /// - Parameters:
    ///   - timer: ends the call at its deadline, while no connection does.
    ///   - failures: attempts to connect that have failed since it was given back.
    private func place(_ call: UnprocessedCall, _ timer: Scheduled<Void>?, failures: Int) {
        guard !call.isOver else { return timer?.cancel() ?? () }
        switch callerOrAttempt() {
        case .failure(let status): end(call, timer, status)
        case .success(.ready(let caller)): adopt(call, timer, caller)
        case .success(.attempt(let future)):
            future.whenComplete { result in
                switch result {
                case .success(let caller): self.adopt(call, timer, caller)
                case .failure(let error): self.noConnection(for: call, timer, failures: failures + 1, error)
                }
            }
        }
    }

    private func adopt(_ call: UnprocessedCall, _ timer: Scheduled<Void>?, _ caller: ClientCaller) {
        let left = call.deadline.map { ContinuousClock.now.duration(to: $0) }
        if let left, left <= .zero { return end(call, timer, .deadlineExceeded) }
        if caller.adopt(call, timeout: left) { return timer?.cancel() ?? () }
        // That connection has gone as well, or the call was cancelled, which the next turn sees.
        loop.execute { self.place(call, timer, failures: 0) }
    }

    private func noConnection(
        for call: UnprocessedCall, _ timer: Scheduled<Void>?, failures: Int, _ error: any Error
    ) {
        guard call.waitsForReady, !isShutDown else {
            return end(call, timer, GRPCStatus(.unavailable, "no connection: \(error)"))
        }
        var dice = SystemRandomNumberGenerator()
        loop.scheduleTask(in: TimeAmount(backoff.delay(after: failures, using: &dice))) {
            self.place(call, timer, failures: failures)
        }
    }

    private func end(_ call: UnprocessedCall, _ timer: Scheduled<Void>?, _ status: GRPCStatus) {
        timer?.cancel()
        call.end(status)
    }
}
