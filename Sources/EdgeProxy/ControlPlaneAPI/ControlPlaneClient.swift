package import AsyncHTTPClient
internal import FoundationEssentials
package import Logging
package import NIOCore
internal import NIOHTTP1
package import Telemetry
internal import Transport

/// Calls the control plane over HTTP: repeats what is worth repeating, reads errors, counts outcomes. Bodies hold
/// secrets and are never logged.
package struct ControlPlaneClient: Sendable {
    /// Bytes of one answer. An endpoint's whole history fits.
    private static let bodyLimit = 4 << 20
    private static let connectLimit = TimeAmount.seconds(1)
    /// Connections to the control plane: as many wakes and lookups can be on their way at once.
    private static let connectionLimit = 1024
    /// Starts that one call sees fail. Every repetition of it is another start, and another wait for whoever asked.
    private static let failedStartLimit = 2

    package struct Call: Sendable {
        package var name: EdgeMetrics.ControlPlaneCall
        package var method = "GET"
        /// With a leading slash; below the base path, or below the root for our own API.
        package var path: String
        package var query: [(name: String, value: String)] = []
        package var headers: [(name: String, value: String)] = []
        package var body: [UInt8]?
        package var deadline: ContinuousClock.Instant
        /// For one attempt.
        package var attemptLimit: Duration = .seconds(60)
        /// For how long an unreachable control plane is tried again.
        package var outageLimit: Duration
        /// A call that may have taken effect is not repeated unless it says so.
        package var isIdempotent = true
        /// The span that it is made in; `nil` without traces.
        package var trace: TraceContext?
    }

    private let http: HTTPClient
    /// `scheme://host:port`
    private let root: String
    /// What follows in the flag: `/authenticate_proxy_request`, without a slash at its end.
    private let basePath: String
    private let tokens: BearerTokens
    private let metrics: EdgeMetrics
    private let tracer: Tracer
    private let logger: Logger

    package init(
        authEndpoint: String, tokens: BearerTokens, http: HTTPClient, metrics: EdgeMetrics, tracer: Tracer = .off,
        logger: Logger
    ) {
        var address = authEndpoint
        while address.hasSuffix("/") { address.removeLast() }
        let afterScheme = address.firstRange(of: "://")?.upperBound ?? address.startIndex
        let pathStart = address[afterScheme...].firstIndex(of: "/") ?? address.endIndex
        root = String(address[..<pathStart])
        basePath = String(address[pathStart...])
        self.tokens = tokens
        self.http = http
        self.metrics = metrics
        self.tracer = tracer
        self.logger = logger
    }

    /// The HTTP client that calls want: every retry is ours to decide, and a wake that blocks for half a minute does not
    /// keep a lookup waiting for a connection. Whoever makes it shuts it down.
    package static func makeHTTPClient(on group: any EventLoopGroup) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: connectLimit), decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionLimit
        configuration.connectionPool.retryConnectionEstablishment = false
        // A wake is answered after as long as a start takes, so that silence alone says nothing.
        configuration.http1_1ConnectionDebugInitializer = { SocketOptions.toReplicas.set(on: $0) }
        configuration.http2ConnectionDebugInitializer = { SocketOptions.toReplicas.set(on: $0) }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// - Returns: the answer's body, decoded.
    package func answer<Answer: Decodable>(
        to call: Call, as type: Answer.Type
    ) async throws(ControlPlaneFailure) -> Answer {
        let bytes = try await perform(call)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
        } catch {
            throw ControlPlaneFailure(
                kind: .malformed, detail: "\(call.name.rawValue): the answer is not in its contract")
        }
    }

    /// - Returns: the body of a 2xx answer.
    @discardableResult
    package func perform(_ call: Call) async throws(ControlPlaneFailure) -> ByteBuffer {
        guard let parent = call.trace else { return try await repeated(call) }
        var call = call
        let (context, clock) = (tracer.child(of: parent), SpanClock())
        call.trace = context
        func record(_ failure: ControlPlaneFailure?) {
            tracer.record(context) {
                TraceSpan(
                    context, parent: parent.span, name: "control plane \(call.name.rawValue)", kind: .client,
                    startUnixNanos: clock.unixNanos(at: clock.began), endUnixNanos: clock.unixNanos(),
                    attributes: [
                        TraceSpan.Attribute("http.request.method", .text(call.method)),
                        TraceSpan.Attribute("outcome", .text(failure?.outcome ?? EdgeMetrics.success)),
                    ], failure: failure?.detail)
            }
        }
        do {
            let body = try await repeated(call)
            record(nil)
            return body
        } catch {
            record(error)
            throw error
        }
    }

    private func repeated(_ call: Call) async throws(ControlPlaneFailure) -> ByteBuffer {
        var repetitions = 0
        do {
            let body = try await attempts(call, &repetitions)
            told(call, repetitions, isSuccess: true)
            return body
        } catch {
            told(call, repetitions, isSuccess: false)
            throw error
        }
    }

    private func told(_ call: Call, _ repetitions: Int, isSuccess: Bool) {
        if call.name == .wakeCompute { metrics.retried(.wakeCompute, repetitions, isSuccess: isSuccess) }
    }

    private func attempts(_ call: Call, _ repetitions: inout Int) async throws(ControlPlaneFailure) -> ByteBuffer {
        var policy = RetryPolicy(
            deadline: call.deadline, outageLimit: call.outageLimit, dice: SystemRandomNumberGenerator())
        var answered: ControlPlaneFailure?
        var failedStarts = 0
        while true {
            let began = ContinuousClock.now
            let failure: ControlPlaneFailure
            do {
                let body = try await attempt(call)
                metrics.controlPlaneAnswered(call.name, after: began.duration(to: .now))
                metrics.controlPlaneRequest(call.name, outcome: EdgeMetrics.success)
                return body
            } catch {
                failure = error
            }
            metrics.controlPlaneAnswered(call.name, after: began.duration(to: .now))
            metrics.controlPlaneRequest(call.name, outcome: failure.outcome)
            if failure.isAnswer { answered = failure }
            if failure.saysStartFailed { failedStarts += 1 }
            guard let trouble = failure.trouble, call.isIdempotent, failedStarts < Self.failedStartLimit else {
                throw failure
            }
            let pause: Duration
            switch policy.failed(trouble, began: began, now: .now) {
            case .again(let after): pause = after
            case .giveUp(.outage): throw failure
            // What was cut short by the deadline says less than what the control plane said before.
            case .giveUp(.deadline): throw answered ?? failure
            }
            logger.debug(
                "asking the control plane again", metadata: ["detail": "\(failure.detail)", "after": "\(pause)"])
            repetitions += 1
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw ControlPlaneFailure(kind: .cancelled, detail: call.name.rawValue)
            }
        }
    }

    // MARK: - One attempt

    private func attempt(_ call: Call) async throws(ControlPlaneFailure) -> ByteBuffer {
        let remaining = min(call.attemptLimit, call.deadline - .now)
        guard remaining > .zero else {
            throw ControlPlaneFailure(kind: .unreachable, detail: "\(call.name.rawValue): no time left")
        }
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            (response, body) = try await Deadline.run(until: .now + remaining) {
                // The client's own deadline covers the head alone.
                let response = try await http.execute(request(for: call), deadline: .distantFuture)
                let body = try await response.body.collect(upTo: Self.bodyLimit)
                // A body that is cancelled may end as if it were whole.
                try Task.checkCancellation()
                return (response, body)
            }
        } catch is Deadline.Passed {
            throw ControlPlaneFailure(
                kind: .unreachable, detail: "\(call.name.rawValue): no whole answer within \(remaining)")
        } catch is CancellationError {
            throw ControlPlaneFailure(kind: .cancelled, detail: call.name.rawValue)
        } catch is NIOTooManyBytesError {
            throw ControlPlaneFailure(kind: .malformed, detail: "\(call.name.rawValue): the answer is too long")
        } catch {
            if Task.isCancelled { throw ControlPlaneFailure(kind: .cancelled, detail: call.name.rawValue) }
            throw ControlPlaneFailure(kind: .unreachable, detail: "\(call.name.rawValue): \(error)")
        }
        guard !(200..<300).contains(response.status.code) else { return body }
        let error = try? JSONDecoder().decode(ControlPlaneErrorBody.self, from: Data(body.readableBytesView))
        throw ControlPlaneFailure(
            status: Int(response.status.code), error: error,
            retryAfterSeconds: response.headers.first(name: "retry-after").flatMap { Int($0) },
            call: call.name.rawValue)
    }

    private func request(for call: Call) -> HTTPClientRequest {
        let prefix = call.path.hasPrefix(ControlPlaneClient.ownAPI) ? root : root + basePath
        let query = call.query
            .map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
            .joined(separator: "&")
        var request = HTTPClientRequest(url: prefix + call.path + (query.isEmpty ? "" : "?" + query))
        request.method = HTTPMethod(rawValue: call.method)
        request.headers.add(name: "authorization", value: "Bearer \(tokens.first.reveal())")
        request.headers.add(name: "accept", value: "application/json")
        if let trace = call.trace { request.headers.add(name: TraceContext.header, value: trace.traceparent) }
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        if let body = call.body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        return request
    }

    /// Where the embedded control plane's own API begins.
    package static let ownAPI = "/sidecar/v1/"

    /// Percent-encodes all but RFC 3986's unreserved characters.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

extension ControlPlaneFailure {
    /// `nil`: final.
    fileprivate var trouble: RetryPolicy<SystemRandomNumberGenerator>.Trouble? {
        switch kind {
        case .unreachable: .unreachable
        case .refused where isRetryable: .busy(retryAfter: retryAfter)
        case .refused, .malformed, .cancelled: nil
        }
    }
}

extension Duration {
    /// Cut off at what fits.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
