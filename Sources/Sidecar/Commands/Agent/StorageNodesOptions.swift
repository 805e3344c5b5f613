internal import ArgumentParser

/// What an agent knows of the nodes of storage.
struct StorageNodesOptions: ParsableArguments {
    @Option(
        help: """
            File that says where pageservers and safekeepers are, by number, for what a storage controller says of them; \
            read again each time.
            """)
    var storageNodes: String?
}
