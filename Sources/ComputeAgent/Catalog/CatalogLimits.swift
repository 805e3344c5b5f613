/// How long it may take to make a Postgres have the roles, databases and extensions of a spec.
package struct CatalogLimits: Equatable, Sendable {
    /// One wait for one lock (`lock_timeout`). Short, because whoever wants the same object after us waits behind us.
    package var lock: Duration = .seconds(3)
    /// How often a statement that did not get its lock is said in all, at least 2.
    package var lockTries = 3
    /// One statement (`statement_timeout`): an extension may take its time. Shorter than `/configure` waits, so that whoever
    /// asked is told which it was.
    package var statement: Duration = .seconds(240)
    /// Everything together. Far longer than hundreds of databases take.
    package var whole: Duration = .seconds(900)

    package init() {}
}
