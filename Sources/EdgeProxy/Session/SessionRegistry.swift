internal import Gossip
internal import NIOCore
package import PostgresWire
internal import Synchronization

/// The sessions that are open, for those who want to know or to end some: the admin, and a drain.
///
/// One lock for the table, taken when a session comes and when it goes: twice in a life that costs a thousand times as
/// much, so shards would bring nothing. Whatever happens in between is the ``SessionRecord``'s, with its own lock. Who
/// lists takes the records out under the lock and looks at them without it.
package final class SessionRegistry: Sendable {
    /// Stops what a compute does for a session. Bounded in time by itself.
    typealias Cancel = @Sendable (CancelGrant, any EventLoop) async -> Void

    /// Sessions that are asked, or cancels that are on their way, at one time.
    private static let lanes = 64

    private let records = Mutex<[SessionID: SessionRecord]>([:])
    private let cancel: Cancel

    init(cancel: @escaping Cancel) {
        self.cancel = cancel
    }

    package var count: Int { records.withLock { $0.count } }

    // MARK: - Operators

    /// Oldest first.
    package func sessions(matching filter: SessionFilter = SessionFilter()) async -> [SessionReport] {
        await matches(of: filter).map(\.report)
    }

    /// Ends them now, joined or not: the client reads these words when no frame to it is half through, and else sees
    /// its connection closed.
    ///
    /// - Returns: how many were told to end. They are gone a moment later.
    @discardableResult
    package func end(matching filter: SessionFilter, as words: ErrorResponse) async -> Int {
        await matches(of: filter).count { $0.record.end(as: words) }
    }

    /// Stops what their computes do for them; the sessions go on.
    ///
    /// - Returns: how many were joined to a compute, which is how many cancel requests were sent.
    @discardableResult
    package func cancelQueries(matching filter: SessionFilter) async -> Int {
        let matches = await matches(of: filter)
        let entries = matches.compactMap { match in match.record.cancelEntry.map { ($0, match.record.loop) } }
        _ = await Self.inLanes(entries) { [cancel] entry, loop in await cancel(entry, loop) }
        return entries.count
    }

    private func matches(of filter: SessionFilter) async -> [(record: SessionRecord, report: SessionReport)] {
        let now = ContinuousClock.now
        let candidates = records(with: filter.id).filter { filter.admits($0.facts) }
        let reports = await Self.inLanes(candidates) { ($0, await $0.report()) }
        return reports.filter { filter.admits($0.1, at: now) }
            .sorted { ($0.1.facts.started, $0.0.id.text) < ($1.1.facts.started, $1.0.id.text) }
    }

    /// - Parameter id: `nil`: all, in no particular order.
    func records(with id: SessionID? = nil) -> [SessionRecord] {
        records.withLock { records in
            guard let id else { return Array(records.values) }
            return records[id].map { [$0] } ?? []
        }
    }

    /// Carries `body` out for each, some of them side by side; what comes out is in no particular order.
    private static func inLanes<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: [Result].self) { group in
            for lane in 0..<min(lanes, items.count) {
                group.addTask {
                    var results: [Result] = []
                    for index in stride(from: lane, to: items.count, by: lanes) {
                        results.append(await body(items[index]))
                    }
                    return results
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    // MARK: - Sessions

    func enter(_ record: SessionRecord) {
        records.withLock { $0[record.id] = record }
    }

    func leave(_ record: SessionRecord) {
        records.withLock { $0[record.id] = nil }
    }
}
