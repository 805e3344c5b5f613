/// How a call ended: a code that programs switch on and a text that people read.
///
/// It is the error of every call: a handler throws one to send it, a client catches the one that came back.
/// gRPC, “Status codes and their use in gRPC”.
package struct GRPCStatus: Error, Equatable, Sendable {
    package enum Code: Int, Sendable, CaseIterable {
        case ok = 0
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case outOfRange = 11
        case unimplemented = 12
        case internalError = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16
    }

    package var code: Code
    /// Sent to the peer as it is: it names nothing a stranger must not read.
    package var message: String

    /// A serialized `google.rpc.Status`, for callers that understand it (`grpc-status-details-bin`); empty for none.
    package var details: [UInt8]

    package init(_ code: Code, _ message: String = "", details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    package init(code: Code, message: String = "") {
        self.init(code, message)
    }

    package static let ok = GRPCStatus(.ok)
}

extension GRPCStatus: CustomStringConvertible {
    package var description: String {
        message.isEmpty ? "\(code)" : "\(code): \(message)"
    }
}

extension GRPCStatus {
    /// What a peer is told when a handler threw: its own status, or nothing about the error but that there was one.
    init(handlerError error: any Error) {
        switch error {
        case let status as GRPCStatus: self = status
        case is CancellationError: self = .cancelled
        default: self = GRPCStatus(.unknown, "the handler failed")
        }
    }
}
