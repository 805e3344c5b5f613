internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin kill`
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "End client sessions at once; their clients are told 57P01.",
        discussion: "On every proxy, or on the one that --proxy names. At least one condition is needed.")

    @OptionGroup var filter: SessionFilterOptions
    @OptionGroup var options: AdminOptions

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.SessionEndRequest(filter: try filter.messageThatMeansSome())
        let answers = try await link.callAll { admin throws(GRPCStatus) in
            try await admin.sessionEnd(request, options: CallOptions(timeout: .seconds(20)))
        }
        let ended = answers.reduce(0) { $0 + $1.value.ended }
        try options.show(["ended": ended]) { Words.count(ended, "session") + " ended" }
    }
}

/// `sidecar admin cancel`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel what sessions are running; they stay open.",
        discussion: "On every proxy, or on the one that --proxy names. At least one condition is needed.")

    @OptionGroup var filter: SessionFilterOptions
    @OptionGroup var options: AdminOptions

    func run() async throws {
        let link = try AdminLink(options)
        let request = AdminV1.SessionCancelRequest(filter: try filter.messageThatMeansSome())
        let answers = try await link.callAll { admin throws(GRPCStatus) in
            try await admin.sessionCancel(request, options: CallOptions(timeout: .seconds(20)))
        }
        let cancelled = answers.reduce(0) { $0 + $1.value.cancelled }
        try options.show(["cancelled": cancelled]) { Words.count(cancelled, "session") + " told to cancel" }
    }
}
