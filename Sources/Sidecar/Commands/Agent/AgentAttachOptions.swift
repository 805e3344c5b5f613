internal import ArgumentParser
internal import ComputeAgent
internal import Telemetry

/// For a Postgres that runs in its own container; `--listen` and `--port` say where it listens, `--pgdata` where its data
/// directory is mounted here, if it is.
struct AgentAttachOptions: ParsableArguments {
    @Option(help: "Superuser to log in to an attached Postgres as.")
    var attachUser = "cloud_admin"

    @Option(help: "File that holds that superuser's password.")
    var attachPasswordFile: String?

    @Option(help: "Folder of the attached Postgres's socket, to log in over it instead of TCP.")
    var attachSocketDir: String?

    @Option(help: "Authorities (PEM) for the attached Postgres's certificate. Without it TCP is in clear.")
    var attachCAFile: String?

    @Option(help: "The name in that certificate. Default: the address.")
    var attachServerName: String?

    @Option(help: "How long the attached Postgres may take until it lets the agent in.")
    var attachLimit = DurationArgument(seconds: 300)

    func apply(to options: inout AttachOptions) throws {
        guard let limit = attachLimit.duration else {
            throw CommandFailure.badConfiguration("--attach-limit: must be a time, such as 300s")
        }
        options.user = attachUser
        options.socketFolder = attachSocketDir
        options.trustFile = attachCAFile
        options.serverName = attachServerName
        options.startLimit = limit
        guard let file = attachPasswordFile else { return }
        do {
            let text = String(decoding: try SecureFile.read(file), as: UTF8.self)
            options.password = Secret(text.trimmed { Character($0).isNewline })
        } catch {
            throw CommandFailure.badConfiguration("--attach-password-file: \(error)")
        }
    }
}
