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

    /// Where the path is in the block.
    let path: Range<Int>
    private(set) var metadata = Metadata()
    private(set) var timeout: Duration?
    /// Of the request's messages, as the client declared it.
    private(set) var encoding = MessageEncoding.identity
    /// Whether responses may be compressed.
    private(set) var acceptsGzip = false

    /// Reads the block once, and makes text of nothing but custom metadata.
    init(_ block: HeaderBlock, headerListLimit: Int) throws(Refusal) {
        if block.isTooLarge {
            let text = "the header list is over the limit of \(headerListLimit) bytes"
            throw .status(GRPCStatus(.resourceExhausted, text))
        }
        var known = Known()
        block.forEachField { known.note($0, in: block) }
        guard let method = known.method, block.holds("POST", at: method) else { throw .http(status: "405") }
        guard let type = known.contentType, Self.isGRPC(block, type) else { throw .http(status: "415") }
        guard let path = known.path else { throw .http(status: "400") }
        self.path = path
        if let declared = known.encoding {
            guard let encoding = MessageEncoding(rawValue: block.text(declared)) else { throw .encoding }
            self.encoding = encoding
        }
        if let accepted = known.acceptedEncodings {
            acceptsGzip = MessageEncoding.gzip.isAccepted(by: block.text(accepted))
        }
        if let text = known.timeout {
            guard let timeout = GRPCTimeout.decode(block.text(text)) else {
                throw .status(GRPCStatus(.internalError, "the grpc-timeout is malformed"))
            }
            self.timeout = timeout
        }
        guard !known.custom.isEmpty else { return }
        do {
            metadata = try Metadata(fields: known.custom)
        } catch {
            throw .status(GRPCStatus(.internalError, "the metadata \(error.name.prefix(64)) is not base64"))
        }
    }

    /// Where the fields are that HTTP/2 and gRPC speak for themselves. Of repeated ones the first counts.
    private struct Known {
        var method: Range<Int>?
        var path: Range<Int>?
        var contentType: Range<Int>?
        var encoding: Range<Int>?
        var acceptedEncodings: Range<Int>?
        var timeout: Range<Int>?
        var custom: [HeaderField] = []

        mutating func note(_ field: HeaderBlock.Place, in block: HeaderBlock) {
            let name = field.name
            var value: Range<Int> { block.withoutBlanksAround(field.value) }
            // The length tells most names apart, so that few are compared.
            switch name.count {
            case 7 where block.holds(":method", at: name): method = method ?? field.value
            case 5 where block.holds(":path", at: name): path = path ?? field.value
            case 12 where block.holds("content-type", at: name): contentType = contentType ?? value
            case 13 where block.holds("grpc-encoding", at: name): encoding = encoding ?? value
            case 20 where block.holds("grpc-accept-encoding", at: name):
                acceptedEncodings = acceptedEncodings ?? value
            case 12 where block.holds("grpc-timeout", at: name): timeout = timeout ?? value
            case 2 where block.holds("te", at: name), 14 where block.holds("content-length", at: name),
                10 where block.holds("user-agent", at: name):
                break
            case _ where block.hasPrefix(":", at: name) || block.hasPrefix("grpc-", at: name): break
            default: custom.append(HeaderField(block.text(name), block.text(field.value)))
            }
        }
    }

    private static func isGRPC(_ block: HeaderBlock, _ type: Range<Int>) -> Bool {
        block.holds("application/grpc", at: type) || isGRPC(block.text(type))
    }

    /// `application/grpc`, alone or with a subtype or parameters.
    static func isGRPC(_ contentType: String?) -> Bool {
        guard let contentType, contentType.hasPrefix("application/grpc") else { return false }
        let rest = contentType.dropFirst("application/grpc".count)
        let next = rest.withoutBlanksAround.first
        return next == nil || next == ";" || rest.first == "+"
    }
}
