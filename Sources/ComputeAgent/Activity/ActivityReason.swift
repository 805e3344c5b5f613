/// Who or what keeps a compute at work. The first that applies, in this order.
package enum ActivityReason: String, CaseIterable, Sendable {
    /// A client's session that is not idle; one that is idle in its transaction is at work.
    case client
    /// Somebody replicates from here, or takes a base backup.
    case walSender = "wal_sender"
    /// We replicate from somebody.
    case logicalSubscription = "logical_subscription"
    /// One that nobody has ended holds locks, and keeps vacuum from its work.
    case preparedTransaction = "prepared_transaction"
    case autovacuum
    /// Not PostgreSQL's own: a scheduler of jobs, for instance.
    case backgroundWorker = "background_worker"
}

/// What is activity and what is not.
package struct ActivityPolicy: Equatable, Sendable {
    /// Whether vacuuming keeps a compute awake that nobody uses.
    package var countsAutovacuum = true
    /// Roles whose sessions are no clients, besides the agent's own. A session that one of them opens anew counts as a
    /// visitor still: statistics of past sessions do not say whose they were.
    package var ignoredRoles: [String] = []

    package init() {}
}
