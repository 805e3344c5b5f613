internal import ArgumentParser

/// What a proxy tells everybody.
struct BannerOptions: ParsableArguments {
    @Option(help: "Told to every client that is let in: a NOTICE “TEXT, session_id: UUID”.")
    var motd: String?
}
