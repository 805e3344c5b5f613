package import Gossip
package import Logging

/// Tells the fleet that an endpoint's rules or secrets are others now, so that no proxy goes on with what it remembers.
///
/// One proxy is enough: it tells the others. What could not be told when this process ends is found out when a proxy's
/// memory ends.
package actor FleetNotices {
    /// - Throws: when no proxy took it.
    package typealias Tell = @Sendable (_ endpoints: [EndpointName]) async throws -> Void

    private let tell: Tell
    private let log: Logger
    private var core = NoticeCore()
    private var work: Task<Void, Never>?
    private var isClosed = false

    package init(log: Logger, tell: @escaping Tell) {
        self.tell = tell
        self.log = log
    }

    /// Returns at once.
    package func changed(_ endpoint: EndpointName) {
        perform(core.changed(endpoint))
    }

    package func close() {
        isClosed = true
        work?.cancel()
    }

    private func perform(_ action: NoticeCore.Action?) {
        guard let action, !isClosed else { return }
        // The one piece of work that the core has under way; `close` cancels it.
        work = Task {
            switch action {
            case .tell(let endpoints): await send(endpoints)
            case .pause(let pause):
                var dice = SystemRandomNumberGenerator()
                let delay = pause.duration(using: &dice)
                // The back-off that the core decided on.
                guard (try? await Task.sleep(for: delay)) != nil else { return }
                perform(core.pauseEnded())
            }
        }
    }

    private func send(_ endpoints: [EndpointName]) async {
        do {
            try await tell(endpoints)
            log.info("the fleet was told of changes", metadata: ["endpoints": "\(endpoints.count)"])
            perform(core.told())
        } catch {
            log.warning(
                "the fleet was not told of changes",
                metadata: ["endpoints": "\(endpoints.count)", "error": "\(error)"])
            perform(core.failed())
        }
    }
}
