/// What a request's header block asks for, once it has been found to be gRPC.
/// gRPC over HTTP/2, “Requests”.
struct RequestHead {
    enum Refusal: Error, Equatable {
        /// Not gRPC at all: answered in plain HTTP, so that the client does not take a 200 for success.
        case http(status: String)
        /// The encoding the request declares is not one of ours.
        case encoding
        case status(GRPCStatus)
    }

    var path: String
    var metadata: Metadata
    var timeout: Duration?
    /// Of the request's messages, as the client declared it.
    var encoding = MessageEncoding.identity
    /// Whether responses may be compressed.
    var acceptsGzip = false

    init(_ block: HeaderBlock, headerListLimit: Int) throws(Refusal) {
        let fields = block.fields
        if block.isTooLarge {
            let text = "the header list is over the limit of \(headerListLimit) bytes"
            throw .status(GRPCStatus(.resourceExhausted, text))
        }
        guard fields.first(named: ":method") == "POST" else { throw .http(status: "405") }
        guard Self.isGRPC(fields.first(named: "content-type")) else { throw .http(status: "415") }
        guard let path = fields.first(named: ":path") else { throw .http(status: "400") }
        if let declared = fields.first(named: "grpc-encoding") {
            guard let encoding = MessageEncoding(rawValue: declared) else { throw .encoding }
            self.encoding = encoding
        }
        acceptsGzip = MessageEncoding.gzip.isAccepted(by: fields.first(named: "grpc-accept-encoding"))
        self.path = path
        timeout = try Self.timeout(in: fields)
        do {
            metadata = try Metadata(fields: fields)
        } catch {
            throw .status(GRPCStatus(.internalError, "the metadata \(error.name.prefix(64)) is not base64"))
        }
    }

    private static func timeout(in fields: [HeaderField]) throws(Refusal) -> Duration? {
        guard let text = fields.first(named: "grpc-timeout") else { return nil }
        guard let timeout = GRPCTimeout.decode(text) else {
            throw .status(GRPCStatus(.internalError, "the grpc-timeout is malformed"))
        }
        return timeout
    }

    /// `application/grpc`, alone or with a subtype or parameters.
    static func isGRPC(_ contentType: String?) -> Bool {
        guard let contentType, contentType.hasPrefix("application/grpc") else { return false }
        let next = contentType.dropFirst("application/grpc".count).first
        return next == nil || next == "+" || next == ";"
    }
}
