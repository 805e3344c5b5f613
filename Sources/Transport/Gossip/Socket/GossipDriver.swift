internal import Gossip
internal import NIOCore

/// Owns the core on its event loop: opens what arrives, hands it in, seals and sends what the core answers, and keeps the
/// one timer. Never leaves that loop; decides nothing about members.
final class GossipDriver<Core: GossipCore> {
    /// Actions after which a long burst is carried out before more of it is read.
    static var actionLimit: Int { 256 }

    private(set) var core: Core
    private(set) var hasLeft = false
    private(set) var isClosed = false
    private let configuration: GossipSocketConfiguration
    private let loop: any EventLoop
    private let deliver: @Sendable ([GossipNode.Action]) -> Void
    private let report: @Sendable (GossipSocketEvent) -> Void
    private let bound: MemberAddress

    /// The descriptor is good while the channel is active: NIO closes it on this loop and tells us in the same turn.
    /// Asking for it each time would cost a twelfth of everything.
    private var socket: (channel: any Channel, descriptor: CInt)?
    private var inbox: GossipInbox
    private var outbox: GossipOutbox
    private var actions: [GossipNode.Action] = []
    /// The memory of the last actions that were carried out.
    private var spare: [GossipNode.Action] = []
    private var timer: (task: Scheduled<Void>, deadline: GossipInstant)?
    private var leaveWaiters: [EventLoopPromise<Void>] = []
    private var (slowSteps, socketsLost): (UInt64, UInt64) = (0, 0)
    private var slowness: Throttle<String>

    init(
        core: Core, configuration: GossipSocketConfiguration, bound: MemberAddress, loop: any EventLoop,
        deliver: @escaping @Sendable ([GossipNode.Action]) -> Void,
        report: @escaping @Sendable (GossipSocketEvent) -> Void
    ) throws(DatagramSealer.Failure) {
        inbox = GossipInbox(configuration, me: core.card.process, report: report)
        outbox = try GossipOutbox(configuration, card: core.card, isIPv6: bound.isIPv6, report: report)
        slowness = Throttle(interval: configuration.troubleInterval)
        (self.core, self.configuration, self.bound) = (core, configuration, bound)
        (self.loop, self.deliver, self.report) = (loop, deliver, report)
    }

    var now: GossipInstant { GossipInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    var counters: GossipSocketCounters {
        var counters = GossipSocketCounters()
        inbox.add(to: &counters)
        outbox.add(to: &counters)
        (counters.slowSteps, counters.socketsLost) = (slowSteps, socketsLost)
        if let descriptor {
            counters.receiveBufferDrops = DatagramOptions.drops(of: descriptor)
            counters.receiveBuffer = DatagramOptions.receiveBuffer(of: descriptor)
        }
        return counters
    }

    private var descriptor: CInt? {
        guard let socket, socket.channel.isActive else { return nil }
        return socket.descriptor
    }

    // MARK: What arrives

    func datagramArrived(_ datagram: ByteBuffer, from source: SocketAddress) {
        guard !isClosed, let source = MemberAddress(source) else { return }
        guard let opened = inbox.open(datagram, from: source, at: now) else { return }
        step(.datagramReceived(opened.plaintext, from: source, sender: opened.sender, keyID: opened.keyID))
        if actions.count >= Self.actionLimit { settle() }
    }

    func handle(_ input: GossipNode.Input) {
        guard !isClosed else { return }
        step(input)
        settle()
    }

    func answer(_ question: RepairQuestion) -> RepairAnswer {
        let start = now
        let answer = core.answer(question, at: start, into: &actions)
        watch("answer", since: start)
        settle()
        return answer
    }

    func use(_ keys: KeyRing) {
        do throws(DatagramSealer.Failure) {
            try outbox.use(keys)
        } catch {
            return report(.keysRefused("\(error)"))
        }
        inbox.use(keys)
        report(.keysChanged(ids: keys.ids, sending: keys.sending.id))
        handle(.keysChanged(keyIDs: keys.ids, sending: keys.sending.id))
    }

    private func step(_ input: GossipNode.Input) {
        let start = now
        core.handle(input, at: start, into: &actions)
        watch(input.kind, since: start)
    }

    private func watch(_ step: String, since start: GossipInstant) {
        let end = now
        let duration = start.duration(to: end)
        guard duration > configuration.slowStep else { return }
        slowSteps += 1
        if slowness.happened(step, at: end) != nil { report(.slowStep(step, duration)) }
    }

    // MARK: What the core wants

    /// Carries out what has gathered: first every send, in one go, then the rest, in order, by whoever it was given to.
    func settle() {
        guard !isClosed else { return actions.removeAll() }
        if !actions.isEmpty {
            swap(&actions, &spare)
            carryOut(spare)
            spare.removeAll(keepingCapacity: true)
        }
        armTimer()
    }

    private func carryOut(_ gathered: [GossipNode.Action]) {
        var others: [GossipNode.Action] = []
        let (socket, now) = (descriptor, now)
        for action in gathered {
            switch action {
            case .send(let plaintext, let receiver, let process):
                outbox.add(plaintext, to: receiver, process, through: socket, at: now)
            case .left:
                hasLeft = true
                others.append(action)
            case .pingOverStream, .repair, .learned, .membersChanged, .tell: others.append(action)
            }
        }
        outbox.flush(through: socket, at: now)
        if !others.isEmpty { deliver(others) }
        if hasLeft { releaseLeaveWaiters() }
    }

    private func armTimer() {
        let deadline = core.nextDeadline
        // A timer that fires early finds nothing due and arms the next: cheaper than moving it at every datagram.
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        timer = nil
        guard deadline < .never, !isClosed else { return }
        let task = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds)) {
            self.timerFired()
        }
        timer = (task, deadline)
    }

    private func timerFired() {
        timer = nil
        guard !isClosed else { return }
        if core.nextDeadline <= now { step(.timePassed) }
        settle()
    }

    // MARK: The socket

    /// Begins to read.
    func attach(_ channel: any Channel) throws {
        guard !isClosed, let descriptor = DatagramChannel.withDescriptor(of: channel, { $0 }) else {
            return channel.close(promise: nil)
        }
        try channel.pipeline.syncOperations.addHandler(GossipDatagramHandler(driver: self))
        socket = (channel, descriptor)
        report(
            .listening(
                on: bound, advertised: core.card.address, receiveBuffer: counters.receiveBuffer,
                wanted: configuration.receiveBuffer))
        try channel.syncOptions?.setOption(.autoRead, value: true)
        settle()
    }

    /// Not by us: the socket comes back at the same address, and the core never knows.
    func channelClosed(_ closed: any Channel, _ error: (any Error)?) {
        guard socket?.channel === closed else { return }
        socket = nil
        guard !isClosed else { return }
        socketsLost += 1
        report(.socketLost(error.map { "\($0)" } ?? "closed"))
        rebind(after: configuration.rebindWait)
    }

    /// For tests.
    func loseSocket() {
        socket?.channel.close(promise: nil)
    }

    private func rebind(after wait: Duration) {
        let isolated = loop.assumeIsolated()
        isolated.scheduleTask(in: TimeAmount(wait)) {
            guard !self.isClosed else { return }
            DatagramChannel.bind(host: self.bound.ip, port: Int(self.bound.port), self.configuration, on: self.loop)
                .assumeIsolated().whenComplete { result in
                    do {
                        try self.attach(result.get())
                    } catch {
                        self.rebind(after: min(wait * 2, self.configuration.rebindWaitLimit))
                    }
                }
        }
    }

    // MARK: The end

    /// Leaves, if it has not, and succeeds when that has spread.
    func leave(_ promise: EventLoopPromise<Void>) {
        guard !isClosed, !hasLeft else { return promise.succeed() }
        leaveWaiters.append(promise)
        handle(.leaveWanted)
    }

    func close(_ promise: EventLoopPromise<Void>?) {
        isClosed = true
        timer?.task.cancel()
        timer = nil
        releaseLeaveWaiters()
        guard let socket else {
            promise?.succeed()
            return
        }
        self.socket = nil
        socket.channel.close(promise: promise)
    }

    private func releaseLeaveWaiters() {
        for waiter in leaveWaiters { waiter.succeed() }
        leaveWaiters = []
    }
}

extension GossipNode.Input {
    /// For the log.
    fileprivate var kind: String {
        switch self {
        case .timePassed: "timePassed"
        case .datagramReceived: "datagramReceived"
        case .published: "published"
        case .addressesFound: "addressesFound"
        case .drainBegan: "drainBegan"
        case .leaveWanted: "leaveWanted"
        case .resyncWanted: "resyncWanted"
        case .keysChanged: "keysChanged"
        case .streamPinged: "streamPinged"
        case .repairAnswered: "repairAnswered"
        case .repairFailed: "repairFailed"
        case .membersHeard: "membersHeard"
        }
    }
}
