internal import Logging
internal import NIOCore
internal import Transport

/// Finds out where a client comes from: by the PROXY header of the balancer in front of us, where one is expected, or by
/// the socket itself.
struct BalancerReception: Sendable {
    private static let complaintInterval: Duration = .seconds(60)

    let settings: ProxyProtocolSettings
    let metrics: EdgeMetrics
    let logger: Logger
    private let complaints = SparingLog(interval: complaintInterval)

    init(_ settings: ProxyProtocolSettings, metrics: EdgeMetrics, logger: Logger) {
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
    }

    /// What follows the header is the stream's next bytes.
    /// - Returns: `nil` when there is nobody to serve: the stream is to be closed without a word.
    func receive(_ stream: ByteStream, deadline: ContinuousClock.Instant) async -> ClientOrigin? {
        let peer = ClientOrigin(stream)
        guard settings.expectsHeader(from: peer.address) else { return peer }
        do {
            let header = try await Deadline.run(until: min(deadline, .now + settings.headerLimit)) {
                try await Self.header(from: stream)
            }
            switch header.speaker {
            case .client(let source, _):
                metrics.proxyHeader(.client)
                return ClientOrigin(
                    address: source.address, port: Int(source.port),
                    privateLink: header.privateLink.map { "\($0)" })
            case .unknown:
                metrics.proxyHeader(.unknown)
                return ClientOrigin(address: nil, privateLink: header.privateLink.map { "\($0)" })
            case .balancer:
                metrics.proxyHeader(.balancer)
                return await hasMore(stream, deadline: deadline) ? peer : nil
            }
        } catch {
            refuse(peer, error)
            return nil
        }
    }

    private static func header(from stream: ByteStream) async throws -> ProxyHeader {
        var bytes = ByteBuffer()
        while true {
            switch ProxyHeader.parse(bytes) {
            case .needMore:
                guard var more = try await stream.read() else {
                    // Many a balancer opens a connection and closes it, to see whether somebody is there.
                    if bytes.readableBytes == 0 { throw StreamFailure(.closed, "nothing was said") }
                    throw ProxyHeader.Malformed.noHeader
                }
                bytes.writeBuffer(&more)
            case .header(let header, let consumed):
                bytes.moveReaderIndex(forwardBy: consumed)
                stream.unread(bytes)
                return header
            case .malformed(let reason):
                throw reason
            }
        }
    }

    /// Whether a balancer that speaks for itself wants more than to know that we are here.
    private func hasMore(_ stream: ByteStream, deadline: ContinuousClock.Instant) async -> Bool {
        // Whichever way its silence ends, it is not worth a line.
        let bytes = try? await Deadline.run(until: deadline) { try await stream.read() }
        guard let bytes = bytes ?? nil else { return false }
        stream.unread(bytes)
        return true
    }

    private func refuse(_ peer: ClientOrigin, _ error: any Error) {
        let (outcome, reason): (EdgeMetrics.ProxyHeaderOutcome, String)
        switch error {
        case ProxyHeader.Malformed.noHeader: (outcome, reason) = (.missing, "it begins with something else")
        case let malformed as ProxyHeader.Malformed: (outcome, reason) = (.malformed, "it is malformed: \(malformed)")
        case is Deadline.Passed: (outcome, reason) = (.late, "it did not come in time")
        // Gone before it said anything, or this proxy is going down.
        default: return metrics.proxyHeader(.left)
        }
        metrics.proxyHeader(outcome)
        guard let count = complaints.happened() else { return }
        logger.warning(
            "a PROXY header is required", metadata: ["peer": "\(peer)", "reason": "\(reason)", "count": "\(count)"])
    }
}
