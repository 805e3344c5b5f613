package import Gossip
package import NIOCore

/// One member's gossip on a UDP socket: the core, its keys and its timer, on one event loop.
///
/// A core that is late looks dead to others, so give it a loop that does little else. It lives until it is closed, also
/// when nobody holds it any more.
package final class GossipSocket<Core: GossipCore>: Sendable {
    /// Where it is bound, with the port that the system chose.
    package let boundAddress: MemberAddress
    /// What other members are told.
    package let advertisedAddress: MemberAddress

    private let loop: any EventLoop
    private let driver: NIOLoopBound<GossipDriver<Core>>

    private init(
        bound: MemberAddress, advertised: MemberAddress, loop: any EventLoop, driver: NIOLoopBound<GossipDriver<Core>>
    ) {
        (boundAddress, advertisedAddress) = (bound, advertised)
        (self.loop, self.driver) = (loop, driver)
    }

    /// Binds, makes the core and begins.
    /// - Parameters:
    ///   - makeCore: is given the address to put on the member's card, and the present instant. Runs on the loop.
    ///   - deliver: what the core wants besides sending, in order. Called on the loop, so it must not take long.
    ///   - report: what the socket itself has to tell. Called on the loop.
    package static func open(
        _ configuration: GossipSocketConfiguration, on loop: any EventLoop,
        makeCore: @escaping @Sendable (MemberAddress, GossipInstant) -> Core,
        deliver: @escaping @Sendable ([GossipNode.Action]) -> Void,
        report: @escaping @Sendable (GossipSocketEvent) -> Void = { _ in }
    ) async throws(GossipSocketFailure) -> GossipSocket {
        let channel = try await bind(configuration, on: loop)
        do {
            let bound = try boundAddress(of: channel)
            let advertised = try advertisedAddress(configuration, bound)
            let driver = try await loop.submit {
                let now = GossipInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
                let driver = try GossipDriver(
                    core: makeCore(advertised, now), configuration: configuration, bound: bound, loop: loop,
                    deliver: deliver, report: report)
                do {
                    try driver.attach(channel)
                } catch {
                    driver.close(nil)
                    throw error
                }
                return NIOLoopBound(driver, eventLoop: loop)
            }.get()
            return GossipSocket(bound: bound, advertised: advertised, loop: loop, driver: driver)
        } catch {
            try? await channel.close()
            throw error as? GossipSocketFailure ?? GossipSocketFailure(reason: .outOfMemory, detail: "\(error)")
        }
    }

    // MARK: Inputs

    /// Hands in something from outside. Does not wait.
    package func tell(_ input: GossipNode.Input) {
        loop.execute { [driver] in driver.value.handle(input) }
    }

    /// The same, and returns when the core has taken it and what it answered is with the kernel: whoever acknowledges a
    /// fact to an agent does so after this.
    /// - Throws: when the loop is shut down.
    package func hand(_ input: GossipNode.Input) async throws {
        try await loop.submit { [driver] in driver.value.handle(input) }.get()
    }

    /// Another member's question, which came over a stream.
    package func answer(_ question: RepairQuestion) async throws -> RepairAnswer {
        try await loop.submit { [driver] in driver.value.answer(question) }.get()
    }

    /// Changes the keys. No datagram sealed with a key of both rings is lost.
    package func use(_ keys: KeyRing) {
        loop.execute { [driver] in driver.value.use(keys) }
    }

    // MARK: Questions

    /// Looks at the core. `body` runs on the loop, with the present instant.
    package func read<Answer: Sendable>(
        _ body: @escaping @Sendable (Core, GossipInstant) -> Answer
    ) async throws -> Answer {
        try await loop.submit { [driver] in body(driver.value.core, driver.value.now) }.get()
    }

    /// Of the socket; the core has its own.
    package func socketCounters() async throws -> GossipSocketCounters {
        try await loop.submit { [driver] in driver.value.counters }.get()
    }

    // MARK: The end

    /// Tells the fleet goodbye, answers until that has spread, and closes.
    /// - Returns: `false` when it had not spread within `limit`.
    @discardableResult
    package func leave(within limit: Duration) async -> Bool {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { [driver] in driver.value.leave(promise) }
        let timeout = loop.scheduleTask(in: TimeAmount(limit)) { promise.succeed() }
        try? await promise.futureResult.get()
        timeout.cancel()
        let hasLeft = try? await loop.submit { [driver] in driver.value.hasLeft }.get()
        await close()
        return hasLeft ?? false
    }

    /// Closes without a word, as a crash would. Safe to call again.
    package func close() async {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { [driver] in driver.value.close(promise) }
        // Fails only when it is closed already.
        try? await promise.futureResult.get()
    }

    /// For tests: the system takes the socket away.
    func loseSocket() async {
        try? await loop.submit { [driver] in driver.value.loseSocket() }.get()
    }
}

extension GossipSocket where Core == GossipNode {
    package func members() async throws -> [MemberReport] {
        try await read { node, _ in node.members }
    }

    package func fact(of endpoint: EndpointName) async throws -> EndpointFact? {
        try await read { node, _ in node.fact(of: endpoint) }
    }

    package func counters() async throws -> GossipCounters {
        try await read { node, _ in node.counters }
    }

    package func staleness() async throws -> Duration {
        try await read { node, now in node.staleness(at: now) }
    }
}

// MARK: Binding

extension GossipSocket {
    private static func bind(
        _ configuration: GossipSocketConfiguration, on loop: any EventLoop
    ) async throws(GossipSocketFailure) -> any Channel {
        do {
            return try await DatagramChannel.bind(
                host: configuration.bindAddress, port: configuration.bindPort, configuration, on: loop
            ).get()
        } catch {
            throw GossipSocketFailure(
                reason: .cannotBind, detail: "\(configuration.bindAddress):\(configuration.bindPort): \(error)")
        }
    }

    private static func boundAddress(of channel: any Channel) throws(GossipSocketFailure) -> MemberAddress {
        guard let address = channel.localAddress.flatMap({ MemberAddress($0) }) else {
            throw GossipSocketFailure(reason: .cannotBind, detail: "a socket without an address")
        }
        return address
    }

    private static func advertisedAddress(
        _ configuration: GossipSocketConfiguration, _ bound: MemberAddress
    ) throws(GossipSocketFailure) -> MemberAddress {
        let local = AdvertisedAddress.ofThisMachine()
        guard let address = AdvertisedAddress.choose(wanted: configuration.advertise, bound: bound, local: local) else {
            throw GossipSocketFailure(reason: .nothingToAdvertise, detail: "bound to \(bound)")
        }
        return address
    }
}
