import Testing

@testable import GRPCLite

@Suite struct GRPCStatusMappingTests {
    @Test(
        arguments: [
            (0x0, GRPCStatus.Code.internalError), (0x1, .internalError), (0x7, .unavailable), (0x8, .cancelled),
            (0xB, .resourceExhausted), (0xC, .permissionDenied), (0xFF, .internalError),
        ] as [(UInt32, GRPCStatus.Code)])
    func `maps a reset to a status`(code: UInt32, expected: GRPCStatus.Code) {
        #expect(GRPCStatus(streamResetWith: HTTP2ErrorCode(rawValue: code)).code == expected)
    }

    @Test(arguments: [
        ("400", GRPCStatus.Code.internalError), ("431", .internalError), ("401", .unauthenticated),
        ("403", .permissionDenied), ("404", .unimplemented), ("429", .unavailable), ("503", .unavailable),
        ("200", .unknown), ("418", .unknown),
    ])
    func `maps an HTTP status to a status`(http: String, expected: GRPCStatus.Code) {
        #expect(GRPCStatus(httpStatus: http).code == expected)
    }

    @Test func `reads back the fields it writes`() {
        let status = GRPCStatus(.notFound, "no endpoint “x” at 100%")
        #expect(GRPCStatus(fields: status.fields) == status)
        #expect(GRPCStatus(fields: GRPCStatus.ok.fields) == .ok)
        #expect(GRPCStatus.ok.fields.count == 1)
    }

    @Test(arguments: ["5 ", " 5", "\t5 \t", "05"]) func `reads a number between its blanks`(number: String) {
        let details = HeaderField("grpc-status-details-bin", " AQID ")
        #expect(
            GRPCStatus(fields: [HeaderField("grpc-status", number), details])
                == GRPCStatus(.notFound, details: [1, 2, 3]))
    }

    // gRPC over HTTP/2, “Status”: digits.
    @Test(arguments: ["x", "17", "-1", "+0", "-0", "+5", "0 0", "0x0", "", " ", "99999999999999999999"])
    func `takes a number it does not know for UNKNOWN`(number: String) {
        #expect(GRPCStatus(fields: [HeaderField("grpc-status", number)])?.code == .unknown)
    }

    @Test func `tells nothing about an error that is not a status`() {
        struct Secretive: Error {
            var password = "hunter2"
        }
        #expect(GRPCStatus(handlerError: Secretive()) == GRPCStatus(.unknown, "the handler failed"))
        #expect(GRPCStatus(handlerError: CancellationError()).code == .cancelled)
    }
}
