internal import ArgumentParser
internal import ControlPlane
internal import FoundationEssentials
internal import Gossip
internal import NIOPosix
internal import Telemetry

/// What a fleet's processes know each other by, for fleets that no `sidecar up` makes.
struct CertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs", abstract: "Make a fleet's authority, certificates, token and gossip keys.",
        discussion: """
            Makes what is missing and changes nothing that is there: files in a folder (--out), or Secrets of the \
            Kubernetes cluster that this pod runs in (--secrets). Certificates last 825 days; to renew one, remove it and \
            ask again.
            """)

    @Option(help: "Folder for files: a folder in it per Secret, and a file in that per key.")
    var out: String?

    @Flag(help: "Make Secrets, with the rights of this pod's service account.")
    var secrets = false

    @Option(help: "A name that clients ask for, such as *.db.example.com. Repeatable.")
    var edgeName: [String] = []

    @Option(
        help: """
            A compute: NAMESPACE/STATEFULSET, and =ENDPOINT where the endpoint is called otherwise. Repeatable.
            """)
    var compute: [ComputeArgument] = []

    @OptionGroup(title: "Kubernetes") var cluster: ClusterOptions

    @OptionGroup var log: LogFormatOption
    @OptionGroup var file: ConfigurationFileOption

    func run() async throws {
        guard (out != nil) != secrets else {
            throw CommandFailure.badConfiguration("--out, --secrets: give one of the two")
        }
        do {
            if let out {
                try make(in: out)
            } else {
                try await makeSecrets()
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    private var parts: [FleetSecret] {
        let edge = edgeName.isEmpty ? [] : [FleetSecret.edge(names: edgeName)]
        return FleetSecret.ofFleet + edge + compute.map(\.secret)
    }

    private func make(in folder: String) throws {
        let authority = try FleetAuthority.ofFolder(folder)
        for part in parts {
            let path = "\(folder)/\(part.name)"
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            let data = try part.data(by: authority)
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for (name, bytes) in data { try SecureFile.write(bytes.reveal(), to: "\(path)/\(name)") }
            print("made \(path)")
        }
    }

    private func makeSecrets() async throws {
        let place = try cluster.place()
        let client = try ClusterClient(place, on: MultiThreadedEventLoopGroup.singleton)
        do {
            let authority = try await FleetAuthority.ofCluster(client)
            for part in parts {
                let data = try part.data(by: authority)
                let type = data["tls.key"] == nil ? "Opaque" : "kubernetes.io/tls"
                let made = try await client.makeIfMissing(
                    NewSecret(name: part.name, type: type, data: data), in: part.namespace)
                print("\(made ? "made" : "kept") \(part.namespace ?? place.namespace)/\(part.name)")
            }
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }
}

/// `databases/demo`, or `databases/demo-2=demo`.
struct ComputeArgument: ExpressibleByArgument {
    let secret: FleetSecret

    init?(argument: String) {
        let sides = argument.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        let path = sides[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard sides.count <= 2, path.count == 2, path.allSatisfy({ EndpointName($0) != nil }),
            let endpoint = EndpointName(sides.last == sides[0] ? path[1] : sides[1])
        else { return nil }
        secret = .compute(endpoint, statefulSet: path[1], namespace: path[0])
    }
}
