internal import ArgumentParser
internal import AsyncHTTPClient
internal import ControlPlane
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLSEngine
internal import Telemetry
internal import Transport

/// Examines an installation from where this process is, and says what to do.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Examine an installation, and say what to do.",
        discussion: """
            Looks at what it is given: certificates, names, pages of proxies and control planes, and the Kubernetes API \
            with the rights of this pod. Changes nothing. Exits 0 when nothing fails, 1 when something does.
            """)

    @Option(help: "Folder with ca.crt, tls.crt and tls.key. Repeatable.")
    var certsDir: [String] = []

    @Option(help: "host:port that must have addresses, such as members.sidecar.svc:7946. Repeatable.")
    var resolve: [SeedArgument] = []

    @Option(
        help:
            "HTTP of a proxy, control plane or agent, as http://host:port: its readiness, clock, build, certificates, gossip. Repeatable."
    )
    var page: [String] = []

    @Flag(help: "The Kubernetes API: its version, and a control plane's rights there.")
    var kubernetes = false

    @OptionGroup(title: "Kubernetes") var cluster: ClusterOptions

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var log: LogFormatOption
    @OptionGroup var file: ConfigurationFileOption

    func run() async throws {
        guard !certsDir.isEmpty || !resolve.isEmpty || !page.isEmpty || kubernetes else {
            throw CommandFailure.badConfiguration("give --certs-dir, --resolve, --page or --kubernetes")
        }
        var findings = certsDir.map { Self.certificate(in: $0) }
        for seed in resolve { findings.append(await Self.name(seed)) }
        for url in page { findings += await Self.findings(at: url) }
        if kubernetes { findings += try await clusterFindings() }
        tell(findings)
        if findings.contains(where: { $0.verdict == .failure }) { throw ExitCode(1) }
    }

    private func tell(_ findings: [Finding]) {
        guard json else {
            for finding in findings {
                print("\(finding.verdict.rawValue)\t\(finding.subject): \(finding.seen)")
                if !finding.advice.isEmpty { print("\t→ \(finding.advice)") }
            }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        if let bytes = try? encoder.encode(findings) { print(String(decoding: bytes, as: UTF8.self)) }
    }

    // MARK: - Looking

    private static func certificate(in folder: String) -> Finding {
        let subject = "certificate \(folder)/tls.crt"
        do throws(TLSFailure) {
            let context = try TLSContext.server(
                certificateFile: folder + "/tls.crt", privateKeyFile: folder + "/tls.key",
                clientCAFile: folder + "/ca.crt")
            let notAfter = context.certificates.first?.notAfter ?? 0
            return Judgements.certificate(subject, notAfter: notAfter, now: WallClock.unixSeconds())
        } catch {
            return Finding(
                subject, .failure, "cannot be used: \(error)", advice: "issue it anew: docs/operations.md, “Rotation”")
        }
    }

    private static func name(_ seed: SeedArgument) async -> Finding {
        let (subject, resolver) = ("name \(seed)", NameResolver(threads: 1))
        defer { resolver.shutDown() }
        let advice = "is the Service there, and does a policy let port 53 out?"
        do throws(NameResolver.Failure) {
            let addresses = try await resolver.resolve(seed.target)
            guard !addresses.isEmpty else { return Finding(subject, .failure, "has no address", advice: advice) }
            return Finding(subject, .fine, "has \(addresses.count) addresses")
        } catch {
            return Finding(subject, .failure, "\(error)", advice: advice)
        }
    }

    /// Bytes of a page.
    private static let pageLimit = 8 << 20

    private static func findings(at root: String) async -> [Finding] {
        do {
            let before = WallClock.unixSeconds()
            let ready = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: root + "/readyz"), timeout: .seconds(5))
            let after = WallClock.unixSeconds()
            var findings = [
                ready.status == .ok
                    ? Finding(root, .fine, "is ready")
                    : Finding(
                        root, .failure, "is not ready (\(ready.status.code))", advice: "look at its log: kubectl logs")
            ]
            if let said = ready.headers.first(name: "date").flatMap(unixSeconds(httpDate:)) {
                findings.append(Judgements.clock("clock of \(root)", said: said, before: before, after: after))
            }
            let metrics = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: root + "/metrics"), timeout: .seconds(5))
            let page = String(buffer: try await metrics.body.collect(upTo: pageLimit))
            findings.append(Judgements.build(of: root, page: page, own: Build.tag))
            findings += Judgements.certificates(of: root, page: page, now: after)
            if page.contains("proxy_accepted_connections_total") {
                findings.append(Judgements.gossip("gossip of \(root)", page: page))
            }
            return findings
        } catch {
            return [
                Finding(root, .failure, "does not answer: \(error)", advice: "is it running, and does a policy let it?")
            ]
        }
    }

    /// RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func unixSeconds(httpDate text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let (date, time) = ("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])", parts[4])
        return (try? Date("\(date)T\(time)Z", strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) }
    }

    private func clusterFindings() async throws -> [Finding] {
        let client = try ClusterClient(try cluster.place(), on: MultiThreadedEventLoopGroup.singleton)
        var findings: [Finding] = []
        do throws(ClusterFailure) {
            let version = try await client.version()
            findings.append(Judgements.version(major: version.major, minor: version.minor))
            for right in ClusterRight.needed {
                findings.append(Judgements.right(right.verb, right.resource, isGiven: try await client.has(right)))
            }
        } catch {
            findings.append(
                Finding(
                    "the Kubernetes API", .failure, "\(error)",
                    advice: "is the pod's token mounted, and does a policy let ports 443 and 6443 out?"))
        }
        await client.shutdown()
        return findings
    }
}
