/// What a header block means for the call that gets it.
enum ResponseHead: Equatable {
    /// An interim answer (1xx), to be skipped.
    case interim
    /// Messages follow, and may be compressed so.
    case headers(MessageEncoding)
    /// The call is over.
    case end(GRPCStatus)

    /// gRPC over HTTP/2, “Responses”: headers, then trailers; or one block that is both.
    init(_ block: HeaderBlock, isFirst: Bool) {
        let httpStatus = block.fields.first(named: ":status")
        if block.isTooLarge {
            self = .end(GRPCStatus(.resourceExhausted, "the server's header list is over the limit"))
        } else if block.endsStream {
            self = .end(GRPCStatus(fields: block.fields) ?? GRPCStatus(httpStatus: httpStatus ?? "200"))
        } else if let httpStatus, httpStatus.hasPrefix("1") {
            self = .interim
        } else if !isFirst {
            self = .end(GRPCStatus(.internalError, "the server sent a second header block that is not the end"))
        } else if let httpStatus, httpStatus != "200" {
            self = .end(GRPCStatus(httpStatus: httpStatus))
        } else if !RequestHead.isGRPC(block.fields.first(named: "content-type")?.withoutBlanksAround) {
            self = .end(GRPCStatus(.unknown, "the server's answer is not gRPC"))
        } else if let encoding = MessageEncoding(
            rawValue: block.fields.first(named: "grpc-encoding")?.withoutBlanksAround ?? "identity")
        {
            self = .headers(encoding)
        } else {
            self = .end(GRPCStatus(.internalError, "the server compresses in a way that was not offered"))
        }
    }
}
