internal import ArgumentParser

/// `--config FILE`, which ``SettingSources`` reads before anything is parsed.
struct ConfigurationFileOption: ParsableArguments {
    @Option(
        help: """
            File with settings: JSON, an object per command, keys named like the flags. Flags win over variables \
            (SIDECAR_LISTEN for --listen), variables over the file.
            """)
    var config: String?
}
