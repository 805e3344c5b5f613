internal import Synchronization
internal import TLSEngine
internal import Transport

/// The certificates that a proxy shows and trusts: read at the start, and anew when their files change.
///
/// Each part is taken whole or not at all: a pair for clients, and all that the fleet knows this proxy by. One that
/// cannot be used leaves the former in its place.
final class EdgeCertificates: Sendable {
    /// What became of one part at a look.
    enum News: Equatable, Sendable {
        case loaded(String)
        /// In the operator's words, with the file.
        case failed(String, reason: String)
        /// The folder of this pair is gone.
        case removed(String)
    }

    /// The names of the parts that are not in the folder.
    static let (defaultPart, identityPart, folderPart) = ("default", "identity", "certs-dir")
    private static let alpn = ["postgresql"]

    /// With clients.
    let clients: TLSContext
    private let identity: IdentityTLS
    /// With computes: our identity shown, theirs checked against the fleet's authority.
    var computes: TLSContext { identity.computes }
    /// As the server of Reports, Peer and Admin: both sides show who they are.
    var services: TLSContext { identity.services }
    /// As a caller of other members.
    var links: TLSContext { identity.links }

    private let configuration: EdgeProxyConfiguration
    private let state: Mutex<State>

    private struct Pair {
        var files: WatchedFiles
        /// `nil`: it could never be used.
        var context: TLSContext?
    }

    private struct State {
        var pairs: [String: Pair] = [:]
        var identity: WatchedFiles
        var folderTrouble: String?
    }

    init(_ configuration: EdgeProxyConfiguration) throws(EdgeProxyConfiguration.Invalid) {
        self.configuration = configuration
        identity = try IdentityTLS(configuration)
        var state = State(identity: WatchedFiles(IdentityTLS.files(of: configuration), areRead: true))
        var others: [TLSContext] = []
        let fallback = try Self.load("tls-cert, tls-key", configuration.edge)
        state.pairs[Self.defaultPart] = Pair(files: Self.watched(configuration.edge), context: fallback)
        for (name, files) in try Self.folderPairs(configuration) {
            let context = try Self.load("certs-dir", files)
            state.pairs[Self.part(name)] = Pair(files: Self.watched(files), context: context)
            others.append(context)
        }
        clients = .server(fallback, others)
        self.state = Mutex(state)
    }

    /// Looks at every file, which may take its time.
    /// - Parameter atOnce: reads all of them, changed or not, and does not wait until they are at rest.
    func look(atOnce: Bool) -> [News] {
        state.withLock { state in lookAtPairs(&state, atOnce: atOnce) + lookAtIdentity(&state, atOnce: atOnce) }
    }

    /// The names and the ends of all certificates in use, by part.
    var inUse: [(part: String, certificate: ServedCertificate)] {
        let pairs = state.withLock { state in
            state.pairs.sorted { $0.key < $1.key }.compactMap { name, pair in pair.context.map { (name, $0) } }
        }
        return (pairs + [(Self.identityPart, services)]).compactMap { part, context in
            context.certificates.first.map { (part: part, certificate: $0) }
        }
    }

    // MARK: - One look

    private func lookAtPairs(_ state: inout State, atOnce: Bool) -> [News] {
        var news: [News] = []
        var wanted = [(Self.defaultPart, configuration.edge)]
        do {
            wanted += try Self.folderPairs(configuration).map { (Self.part($0.name), $0.files) }
            state.folderTrouble = nil
            for name in state.pairs.keys.sorted() where !wanted.contains(where: { $0.0 == name }) {
                state.pairs[name] = nil
                news.append(.removed(name))
            }
        } catch {
            // All pairs stay; told once.
            if state.folderTrouble != error.problem { news.append(.failed(Self.folderPart, reason: error.problem)) }
            state.folderTrouble = error.problem
            wanted = []
        }
        for (name, files) in wanted {
            if let one = look(at: name, files, &state, atOnce: atOnce) { news.append(one) }
        }
        if news.contains(where: \.changesWhatIsShown) { showPairs(state, order: wanted.map(\.0)) }
        return news
    }

    private func look(
        at name: String, _ files: EdgeProxyConfiguration.KeyPair, _ state: inout State, atOnce: Bool
    ) -> News? {
        var pair = state.pairs[name] ?? Pair(files: Self.watched(files, areRead: false))
        defer { state.pairs[name] = pair }
        guard pair.files.look(atOnce: atOnce) else { return nil }
        do {
            pair.context = try Self.load(name, files)
            return .loaded(name)
        } catch {
            return .failed(name, reason: error.problem)
        }
    }

    private func showPairs(_ state: State, order: [String]) {
        let others = order.dropFirst().compactMap { state.pairs[$0]?.context }
        guard let fallback = state.pairs[Self.defaultPart]?.context else { return }
        clients.adopt(.server(fallback, others))
    }

    private func lookAtIdentity(_ state: inout State, atOnce: Bool) -> [News] {
        guard state.identity.look(atOnce: atOnce) else { return [] }
        do {
            identity.adopt(try IdentityTLS(configuration))
            return [.loaded(Self.identityPart)]
        } catch {
            return [.failed(Self.identityPart, reason: error.problem)]
        }
    }

    // MARK: - Reading

    private static func folderPairs(
        _ configuration: EdgeProxyConfiguration
    ) throws(EdgeProxyConfiguration.Invalid) -> [(name: String, files: EdgeProxyConfiguration.KeyPair)] {
        guard let folder = configuration.certificates.folder else { return [] }
        do throws(CertificateFolder.Unreadable) {
            return try CertificateFolder(path: folder).pairs()
        } catch {
            throw EdgeProxyConfiguration.Invalid(field: "certs-dir", problem: "\(error)")
        }
    }

    /// A folder may be called like one of our own parts.
    private static func part(_ folderName: String) -> String { "certs-dir/\(folderName)" }

    private static func watched(_ files: EdgeProxyConfiguration.KeyPair, areRead: Bool = true) -> WatchedFiles {
        WatchedFiles([files.certificateFile, files.keyFile], areRead: areRead)
    }

    private static func load(
        _ fields: String, _ files: EdgeProxyConfiguration.KeyPair
    ) throws(EdgeProxyConfiguration.Invalid) -> TLSContext {
        try IdentityTLS.context(fields) { () throws(TLSFailure) in
            try TLSContext.server(
                certificateFile: files.certificateFile, privateKeyFile: files.keyFile, alpn: alpn)
        }
    }
}

extension EdgeCertificates.News {
    fileprivate var changesWhatIsShown: Bool {
        switch self {
        case .loaded, .removed: true
        case .failed: false
        }
    }
}
