/// What a client makes of an end that carries no `grpc-status`.
extension GRPCStatus {
    /// For a stream that was reset. gRPC over HTTP/2, “Errors”.
    init(streamResetWith code: HTTP2ErrorCode) {
        switch code {
        case .refusedStream: self.init(.unavailable, "the server refused the stream before it looked at the call")
        case .cancel: self.init(.cancelled, "the server cancelled the call")
        case .enhanceYourCalm: self.init(.resourceExhausted, "the server asks to send less")
        case .inadequateSecurity: self.init(.permissionDenied, "the server asks for better transport security")
        default: self.init(.internalError, "the stream was reset with HTTP/2 error \(code.rawValue)")
        }
    }

    /// For an answer of something that does not speak gRPC. gRPC, “HTTP to gRPC Status Code Mapping”.
    init(httpStatus: String) {
        let code: Code =
            switch httpStatus {
            case "400", "431": .internalError
            case "401": .unauthenticated
            case "403": .permissionDenied
            case "404": .unimplemented
            case "429", "502", "503", "504": .unavailable
            default: .unknown
            }
        self.init(code, "the server answered HTTP status \(httpStatus) and no grpc-status")
    }

    /// From trailers, or from headers that are the whole answer.
    /// - Returns: `nil` without a `grpc-status`.
    init?(fields: [HeaderField]) {
        guard let text = fields.first(named: "grpc-status")?.withoutBlanksAround else { return nil }
        let message = fields.first { $0.name == "grpc-message" }.map { PercentEncoding.decode($0.value) } ?? ""
        // Details are a courtesy: what cannot be read is left out.
        let details = fields.first(named: Self.detailsName).flatMap { Base64.decode($0.withoutBlanksAround) } ?? []
        // `Int` takes signs.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            let code = Code(rawValue: number)
        else {
            self.init(
                .unknown, message.isEmpty ? "the server sent the unknown grpc-status \(text.prefix(16))" : message)
            return
        }
        self.init(code, message, details: details)
    }

    private static let detailsName = "grpc-status-details-bin"

    /// Bytes of the text as they are sent, percent-encoded; more is cut off. Others refuse trailers above 8 KiB, and the
    /// code is worth more than the end of its text.
    static let longestText = 4 * 1024

    /// `grpc-status` and, when there are any, `grpc-message` and `grpc-status-details-bin`.
    var fields: [HeaderField] {
        let status = HeaderField("grpc-status", "\(code.rawValue)")
        guard !message.isEmpty || !details.isEmpty else { return [status] }
        var fields = [status]
        if !message.isEmpty {
            let text = PercentEncoding.encode(message, limit: Self.longestText)
            fields.append(HeaderField("grpc-message", text, isIndexed: false))
        }
        if !details.isEmpty {
            fields.append(HeaderField(Self.detailsName, Base64.encode(details), isIndexed: false))
        }
        return fields
    }
}
