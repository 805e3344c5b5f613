package import Gossip
internal import Synchronization

/// Who is in the fleet right now, for everybody in this process who has to do with the others.
///
/// Gossip calls ``update(_:)`` whenever its members change. A proxy without gossip keeps the members it was made with.
package final class FleetView: Sendable {
    private struct State: Sendable {
        var members: [FleetMember]
        var isDraining = false
        var revision: UInt64 = 0
        var watchers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var watcherCounter: UInt64 = 0
    }

    package let me: MemberID
    private let state: Mutex<State>

    /// - Parameter members: in any order; this member may be missing.
    package init(me: MemberID, members: [FleetMember]) {
        self.me = me
        state = Mutex(State(members: members.sorted { $0.id < $1.id }))
    }

    // MARK: - Looking

    /// In order of name; who is dead or has left is not among them.
    package var members: [FleetMember] { state.withLock { $0.members } }

    package func member(_ id: MemberID) -> FleetMember? { members.first { $0.id == id } }

    /// Goes up with every change.
    package var revision: UInt64 { state.withLock { $0.revision } }

    package var wakeView: WakeView {
        let (members, isDraining) = state.withLock { ($0.members, $0.isDraining) }
        var standings = members.compactMap { member in
            member.standing.map { WakeView.Member(id: member.id, standing: $0) }
        }
        if isDraining {
            standings.removeAll { $0.id == me }
            standings.append(WakeView.Member(id: me, standing: .draining))
        }
        return WakeView(me: me, members: standings)
    }

    /// Of those of `ids` that have one, in the same order.
    package func cards(of ids: [MemberID]) -> [MemberCard] {
        let members = members
        return ids.compactMap { id in members.first { $0.id == id }?.card }
    }

    /// One element at once, and one after every change; those nobody has taken yet are one.
    package func changes() -> AsyncStream<Void> {
        let (stream, watcher) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.watcherCounter += 1
            state.watchers[state.watcherCounter] = watcher
            return state.watcherCounter
        }
        watcher.onTermination = { [weak self] _ in self?.forget(number) }
        watcher.yield()
        return stream
    }

    // MARK: - Changing

    /// What gossip believes by now: ``GossipNode/members``.
    package func update(_ reports: [MemberReport]) {
        let members = reports.compactMap { FleetMember($0) }.sorted { $0.id < $1.id }
        change { $0.members = members }
    }

    /// This member starts no more wakes, from now on and before gossip has said so to anybody.
    package func beganDraining() {
        change { $0.isDraining = true }
    }

    private func change(_ body: (inout sending State) -> Void) {
        let watchers = state.withLock { state in
            body(&state)
            state.revision += 1
            return state.watchers.values.map(\.self)
        }
        for watcher in watchers { watcher.yield() }
    }

    private func forget(_ number: UInt64) {
        state.withLock { $0.watchers[number] = nil }
    }
}
