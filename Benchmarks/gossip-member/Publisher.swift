internal import Gossip
internal import NIOCore
internal import Transport

/// Publishes facts as an agent's reports would make them, each about an endpoint of its own.
final class Publisher: Sendable {
    private let me: MemberID
    private let socket: GossipSocket<GossipNode>
    private let loop: any EventLoop
    /// Only touched on the loop.
    private let last: NIOLoopBoundBox<UInt64>

    init(me: MemberID, socket: GossipSocket<GossipNode>, loop: any EventLoop) {
        (self.me, self.socket, self.loop) = (me, socket, loop)
        last = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: loop)
    }

    func publish(_ version: UInt64) {
        loop.execute { self.publishNow(version) }
    }

    /// Each in its own time; those that are late go together.
    func publish(perSecond: Int, seconds: Int) {
        loop.execute { [loop] in
            self.go(from: 0, of: perSecond * seconds, every: 1_000_000_000 / Int64(perSecond), since: loop.now)
        }
    }

    private func go(from first: Int, of count: Int, every spacing: Int64, since start: NIODeadline) {
        var index = first
        while index < count {
            let due = start + .nanoseconds(Int64(index) * spacing)
            if due > loop.now {
                let next = index
                loop.scheduleTask(deadline: due) { self.go(from: next, of: count, every: spacing, since: start) }
                return
            }
            publishNow(last.value + 1)
            index += 1
        }
        EventLines.write("\"event\":\"published all\",\"count\":\(count)")
    }

    private func publishNow(_ version: UInt64) {
        guard let endpoint = EndpointName("\(me)-\(version)") else { return }
        last.value = max(last.value, version)
        // About as long as a real one: 64 bytes of names and addresses.
        let place = ComputePlace(
            address: "10.200.31.7:5432", serverName: "\(endpoint).computes.fleet", computeID: "compute-7f31c2")
        EventLines.write("\"published\":\"\(endpoint)\",\"version\":\(version)")
        socket.tell(
            .published(
                .endpoint(
                    EndpointFact(
                        endpoint: endpoint, version: FactVersion(generation: version, sequence: 1),
                        phase: .running(place)))))
    }
}
