internal import Logging
internal import NIOCore

/// What every part of one agent works with.
struct AgentContext: Sendable {
    let configuration: AgentConfiguration
    let group: any EventLoopGroup
    /// Whatever happens is put in here.
    let mailbox: AgentMailbox
    /// What has come of it.
    let board: LifecycleBoard
    /// What keeps it from being ready although it runs.
    let impediments: Impediments
    let specs: SpecDesk
    let keeper: PostgresKeeper
    let reporter: Reporter
    /// What proxies may ask.
    let secrets: RoleSecretsDesk
    /// What has been reported, for an agent that is started again.
    let journal: ReportJournal
    /// What `/metrics` and `/metrics.json` show.
    let metrics: AgentMetrics

    var log: Logger { configuration.log }
}

/// Something that runs beside the lifecycle for as long as the agent does: the watch, a listener, a lease. It hears of the
/// lifecycle from the board and speaks to it through the mailbox. ``AgentService`` lists them all.
protocol AgentPart: Sendable {
    /// Until the task is cancelled, or there is nothing left to do. A part that fails says so to the lifecycle itself.
    func run() async
}
