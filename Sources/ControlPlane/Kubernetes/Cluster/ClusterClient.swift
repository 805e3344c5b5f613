internal import AsyncHTTPClient
internal import FoundationEssentials
package import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization
package import Telemetry
internal import Transport

/// Calls the Kubernetes API over HTTPS with the pod's token. Every call is tried once: whether and when it is made again
/// is for those to decide who know what it was for.
package final class ClusterClient: ClusterCalls {
    private static let connectLimit = TimeAmount.seconds(3)
    private static let callLimit = TimeAmount.seconds(10)
    /// A proxy gives up its own question after 5 s, and by then is to have the last contents that are known.
    private static let secretLimit = TimeAmount.seconds(3)
    /// Bytes of one answer: a page of StatefulSets, each of which may be large.
    private static let bodyLimit = 64 << 20
    private static let pageSize = 100
    /// The API ends a watch after so long, in seconds, so that one that died unnoticed is not waited on for ever.
    private static let watchSeconds = 240
    private static let connectionLimit = 64
    private static let farewellLimit = TimeAmount.milliseconds(200)
    private static let userAgent = "sidecar-control-plane"

    /// Connections, and the authority that they trust.
    private struct Line: Sendable {
        var http: HTTPClient
        /// The file, and as it was at the last look: kubelet writes it anew beside each new token.
        var authority: [UInt8]
        var stamp: FileStamp?
    }

    private let place: ClusterPlace
    private let group: any EventLoopGroup
    private let line: Mutex<Line>

    /// - Throws: when the API's authority cannot be read.
    package init(_ place: ClusterPlace, on group: any EventLoopGroup) throws {
        self.place = place
        self.group = group
        let stamp = FileStamp(path: place.authorityFile)
        let authority = try SecureFile.read(place.authorityFile)
        line = Mutex(Line(http: try Self.makeHTTP(authority, group), authority: authority, stamp: stamp))
    }

    /// Over connections that trust the authority which the file has now: a cluster may be given another one. While the
    /// new one cannot be read, the former counts.
    private var http: HTTPClient {
        let (http, former) = line.withLock { line -> (HTTPClient, HTTPClient?) in
            let stamp = FileStamp(path: place.authorityFile)
            guard let stamp, stamp != line.stamp, let authority = try? SecureFile.read(place.authorityFile) else {
                return (line.http, nil)
            }
            guard authority != line.authority else {
                line.stamp = stamp
                return (line.http, nil)
            }
            guard let fresh = try? Self.makeHTTP(authority, group) else { return (line.http, nil) }
            let former = line.http
            line = Line(http: fresh, authority: authority, stamp: stamp)
            return (fresh, former)
        }
        if let former {
            // Nobody waits for it, and it ends by itself.
            Task {
                // As long as the longest call that is under way: those end first. A watch is ended, and whoever asked for it
                // begins again.
                try? await Task.sleep(for: Duration(Self.callLimit))
                try? await former.shutdown()
            }
        }
        return http
    }

    private static func makeHTTP(_ authority: [UInt8], _ group: any EventLoopGroup) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        // A server that streams to us does not listen, and has no more to say.
        tls.shutdownTimeout = farewellLimit
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: connectLimit),
            decompression: .disabled)
        // Each watch holds a connection, so that a call is never stuck behind one.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionLimit
        configuration.connectionPool.retryConnectionEstablishment = false
        // A watch is silent for as long as nothing happens.
        configuration.http1_1ConnectionDebugInitializer = { SocketOptions.toReplicas.set(on: $0) }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    package func shutdown() async {
        try? await line.withLock { $0.http }.shutdown()
    }

    package func statefulSets(from page: String?) async throws(ClusterFailure) -> StatefulSetPage {
        var query = [("labelSelector", EndpointMarks.endpoint), ("limit", "\(Self.pageSize)")]
        if let page { query.append(("continue", page)) }
        return try await answer(.GET, Self.statefulSets, query: query)
    }

    package func watchStatefulSets(
        from version: String, took: @Sendable (WatchEvent) async -> Bool
    ) async throws(ClusterFailure) {
        let query = [
            ("labelSelector", EndpointMarks.endpoint), ("watch", "1"), ("allowWatchBookmarks", "true"),
            ("resourceVersion", version), ("timeoutSeconds", "\(Self.watchSeconds)"),
        ]
        let request = try request(.GET, Self.statefulSets, query: query)
        do {
            // For the whole of it: the API ends it sooner.
            let response = try await http.execute(request, timeout: .seconds(Int64(Self.watchSeconds) + 15))
            guard response.status.code == 200 else { throw await Self.failure(response) }
            var lines = WatchLines()
            for try await part in response.body {
                for line in try lines.take(part.readableBytesView) {
                    guard await took(try WatchEvent(json: line)) else { return }
                }
            }
        } catch {
            throw Self.failure(error)
        }
    }

    package func statefulSet(_ name: String) async throws(ClusterFailure) -> StatefulSet {
        try await answer(.GET, Self.statefulSets + [name])
    }

    package func change(_ name: String, by change: ScaleChange) async throws(ClusterFailure) -> StatefulSet {
        try await answer(.PATCH, Self.statefulSets + [name], type: Self.mergePatch) {
            try change.json()
        }
    }

    package func secret(_ name: String) async throws(ClusterFailure) -> SecretObject {
        try await answer(.GET, Self.secrets + [name], within: Self.secretLimit)
    }

    package func setSecret(
        _ name: String, key: String, to value: Secret<[UInt8]>, resourceVersion version: String?
    ) async throws(ClusterFailure) {
        guard let version else { return try await make(NewSecret(name: name, data: [key: value])) }
        struct Change: Encodable {
            var metadata: ObjectMetadata
            var data: [String: Data]
        }
        _ = try await body(.PATCH, Self.secrets + [name], type: Self.mergePatch) {
            let change = Change(
                metadata: ObjectMetadata(resourceVersion: version), data: [key: Data(value.reveal())])
            return Array(try JSONEncoder().encode(change))
        }
    }

    package func tell(_ event: ClusterEvent) async throws(ClusterFailure) {
        _ = try await body(.POST, Self.events, type: "application/json") { try Array(JSONEncoder().encode(event)) }
    }

    /// - Parameter namespace: `nil`: that of the place.
    /// - Throws: `conflict` when there is one of that name.
    package func make(_ secret: NewSecret, in namespace: String? = nil) async throws(ClusterFailure) {
        _ = try await body(.POST, Self.secrets, in: namespace, type: "application/json") { try secret.json() }
    }

    package func version() async throws(ClusterFailure) -> ClusterVersion {
        try await answer(.GET, ["version"])
    }

    /// Whether we may do that, where the StatefulSets are.
    package func has(_ right: ClusterRight) async throws(ClusterFailure) -> Bool {
        let attributes = AccessQuestion.Spec.Attributes(
            namespace: place.namespace, verb: right.verb, group: right.group, resource: right.resource)
        let question = AccessQuestion(spec: .init(resourceAttributes: attributes))
        let answer: AccessAnswer = try await answer(.POST, Self.reviews, type: "application/json") {
            try Array(JSONEncoder().encode(question))
        }
        return answer.status?.allowed ?? false
    }

    // MARK: - Calls

    /// What a path begins with, and what is asked for below the namespace.
    private static let statefulSets = ["apis", "apps", "v1", "statefulsets"]
    private static let secrets = ["api", "v1", "secrets"]
    private static let reviews = ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]
    private static let mergePatch = "application/merge-patch+json"
    private static let events = ["api", "v1", "events"]

    private func answer<Answer: Decodable>(
        _ method: HTTPMethod, _ path: [String], query: [(String, String)] = [], within limit: TimeAmount = callLimit,
        type: String? = nil, content: () throws -> [UInt8]? = { nil }
    ) async throws(ClusterFailure) -> Answer {
        let bytes = try await body(method, path, query: query, within: limit, type: type, content: content)
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(bytes.readableBytesView))
        } catch {
            // Without the error itself, which might show a part of a secret.
            throw ClusterFailure(.unavailable, "the Kubernetes API's answer is not what it should be")
        }
    }

    private func body(
        _ method: HTTPMethod, _ path: [String], in namespace: String? = nil, query: [(String, String)] = [],
        within limit: TimeAmount = callLimit, type: String? = nil, content: () throws -> [UInt8]? = { nil }
    ) async throws(ClusterFailure) -> ByteBuffer {
        var request = try request(method, path, in: namespace, query: query)
        do {
            if let content = try content(), let type {
                request.headers.add(name: "content-type", value: type)
                request.body = .bytes(ByteBuffer(bytes: content))
            }
            let response = try await http.execute(request, timeout: limit)
            guard (200..<300).contains(response.status.code) else { throw await Self.failure(response) }
            return try await response.body.collect(upTo: Self.bodyLimit)
        } catch {
            throw Self.failure(error)
        }
    }

    /// - Parameter path: group and version, kind, and a name below the namespace.
    private func request(
        _ method: HTTPMethod, _ path: [String], in namespace: String? = nil, query: [(String, String)]
    ) throws(ClusterFailure) -> HTTPClientRequest {
        let kind = path.firstIndex { $0 == "v1" }.map { $0 + 1 } ?? path.count
        // What is not of a namespace is asked for by its whole path.
        let isWhole = path == Self.reviews || kind == path.count
        let all = isWhole ? path[...] : path[..<kind] + ["namespaces", namespace ?? place.namespace] + path[kind...]
        var components = URLComponents()
        components.queryItems = query.isEmpty ? nil : query.map { URLQueryItem(name: $0.0, value: $0.1) }
        // A `+` stands for itself there, and would be read as a space.
        let asked = components.percentEncodedQuery.map { "?" + $0.replacing("+", with: "%2B") } ?? ""
        var request = HTTPClientRequest(url: place.root + "/" + all.joined(separator: "/") + asked)
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer " + (try place.token()).reveal())
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: Self.userAgent)
        return request
    }

    /// Bytes of an error's text.
    private static let errorLimit = 64 << 10

    private static func failure(_ response: HTTPClientResponse) async -> ClusterFailure {
        let body = try? await response.body.collect(upTo: errorLimit)
        let status = body.flatMap { try? JSONDecoder().decode(APIStatus.self, from: Data($0.readableBytesView)) }
        return ClusterFailure(
            code: Int(response.status.code), status: status,
            retryAfter: response.headers.first(name: "retry-after").flatMap { Int($0) })
    }

    private static func failure(_ error: any Error) -> ClusterFailure {
        switch error {
        case let failure as ClusterFailure: failure
        case is DecodingError: ClusterFailure(.unavailable, "the Kubernetes API's answer is not what it should be")
        default: ClusterFailure(.unavailable, "the Kubernetes API does not answer: \(error)")
        }
    }
}
