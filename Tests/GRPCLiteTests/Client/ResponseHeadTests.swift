import Testing

@testable import GRPCLite

@Suite struct ResponseHeadTests {
    private func block(_ fields: [(String, String)], ends: Bool = false) -> HeaderBlock {
        HeaderBlock(fields: fields.map { HeaderField($0.0, $0.1) }, endsStream: ends)
    }

    private let headers = [(":status", "200"), ("content-type", "application/grpc+proto")]

    @Test func `headers, then the end`() {
        #expect(ResponseHead(block(headers), isFirst: true) == .headers(.identity))
        let trailers = block([("grpc-status", "5"), ("grpc-message", "no%20such")], ends: true)
        #expect(ResponseHead(trailers, isFirst: false) == .end(GRPCStatus(.notFound, "no such")))
    }

    @Test func `one block may be the whole answer, whatever its HTTP status`() {
        let whole = block([(":status", "503"), ("grpc-status", "0")], ends: true)
        #expect(ResponseHead(whole, isFirst: true) == .end(.ok))
    }

    @Test func `an interim answer is skipped`() {
        #expect(ResponseHead(block([(":status", "103")]), isFirst: true) == .interim)
    }

    @Test(arguments: [("503", GRPCStatus.Code.unavailable), ("404", .unimplemented), ("200", .unknown)])
    func `an end without grpc-status is judged by its HTTP status`(http: String, code: GRPCStatus.Code) {
        guard case .end(let status) = ResponseHead(block([(":status", http)], ends: true), isFirst: true) else {
            Issue.record("not an end")
            return
        }
        #expect(status.code == code)
    }

    @Test(arguments: [
        ([(":status", "502"), ("content-type", "text/html")], GRPCStatus.Code.unavailable),
        ([(":status", "200"), ("content-type", "text/html")], .unknown),
    ])
    func `what is not gRPC ends the call at its headers`(fields: [(String, String)], code: GRPCStatus.Code) {
        guard case .end(let status) = ResponseHead(block(fields), isFirst: true) else {
            Issue.record("not an end")
            return
        }
        #expect(status.code == code)
    }

    @Test func `messages may come compressed as the headers say, or not at all`() {
        let gzip = block(headers + [("grpc-encoding", "gzip")])
        #expect(ResponseHead(gzip, isFirst: true) == .headers(.gzip))
        guard case .end(let status) = ResponseHead(block(headers + [("grpc-encoding", "snappy")]), isFirst: true)
        else {
            Issue.record("not an end")
            return
        }
        #expect(status.code == .internalError)
    }

    @Test func `blanks around a value are no part of it`() {
        let blanks = [(":status", "200"), ("content-type", "application/grpc "), ("grpc-encoding", "\tgzip ")]
        #expect(ResponseHead(block(blanks), isFirst: true) == .headers(.gzip))
        let parameter = [(":status", "200"), ("content-type", " application/grpc ; charset=utf-8")]
        #expect(ResponseHead(block(parameter), isFirst: true) == .headers(.identity))
        #expect(ResponseHead(block([("grpc-status", "0 ")], ends: true), isFirst: false) == .end(.ok))
    }

    @Test func `headers that come twice are an error`() {
        guard case .end(let status) = ResponseHead(block(headers), isFirst: false) else {
            Issue.record("not an end")
            return
        }
        #expect(status.code == .internalError)
    }
}
