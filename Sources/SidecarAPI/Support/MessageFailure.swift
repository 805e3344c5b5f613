internal import GRPCLite

/// Why bytes are no message of ours, or a message has no bytes.
enum MessageFailure: Error, Equatable {
    /// Not the wire format, or a field with another type than ours.
    case malformed
    /// Unpacked it would take more memory than `Arena.limit(forMessageOf:)` grants.
    case tooLarge(byteLimit: Int)
    /// A string with bytes that are not UTF-8.
    case notUTF8
    /// A string that holds U+0000. Lawful in protobuf, but C strings end there, so it is refused rather than cut.
    case stringHoldsNUL

    /// What the other side of a call is told.
    var status: GRPCStatus {
        switch self {
        case .malformed: GRPCStatus(code: .internalError, message: "message is not valid protobuf")
        case .tooLarge(let limit):
            GRPCStatus(code: .resourceExhausted, message: "message takes more than \(limit) bytes when unpacked")
        case .notUTF8: GRPCStatus(code: .internalError, message: "message holds a string that is not UTF-8")
        case .stringHoldsNUL: GRPCStatus(code: .internalError, message: "message holds a string with U+0000")
        }
    }
}
