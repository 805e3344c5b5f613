import Foundation
import Testing

@testable import EdgeProxy

/// Every reason of facts: edge proxy §7, and what comes without one.
struct ControlPlaneFailureTests {
    private func failure(
        _ status: Int, _ reason: String? = nil, details: String = "", retryAfter: Int? = nil
    ) throws -> ControlPlaneFailure {
        guard reason != nil || !details.isEmpty else {
            return ControlPlaneFailure(status: status, error: nil, retryAfterSeconds: retryAfter, call: "c")
        }
        let info = reason.map { #""error_info":{"reason":"\#($0)"}"# }
        let all = [info, details.isEmpty ? nil : details].compactMap { $0 }.joined(separator: ",")
        let body = #"{"error":"e","status":{"code":"c","message":"m","details":{\#(all)}}}"#
        let error = try JSONDecoder().decode(ControlPlaneErrorBody.self, from: Data(body.utf8))
        return ControlPlaneFailure(status: status, error: error, retryAfterSeconds: retryAfter, call: "c")
    }

    private static let table =
        [
            // Reason, status, whether it is asked again, how the wake ends, with what SQLSTATE, and that of a lookup.
            ("RESOURCE_NOT_FOUND", 404, false, .endpointNotFound, "08004", nil),
            ("PROJECT_NOT_FOUND", 404, false, .endpointNotFound, "08004", nil),
            ("ENDPOINT_NOT_FOUND", 404, false, .endpointNotFound, "08004", nil),
            ("BRANCH_NOT_FOUND", 404, false, .endpointNotFound, "08004", nil),
            ("ROLE_PROTECTED", 403, false, .controlPlaneRefused, "28000", "28000"),
            ("ENDPOINT_DISABLED", 406, false, .endpointDisabled, "55000", "55000"),
            ("WRONG_LSN_OR_TIMESTAMP", 400, false, .controlPlaneRefused, "22023", "08006"),
            ("RATE_LIMIT_EXCEEDED", 400, false, .rateLimited, "53300", "53300"),
            ("NON_PRIMARY_BRANCH_COMPUTE_TIME_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("ACTIVE_TIME_QUOTA_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("COMPUTE_TIME_QUOTA_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("WRITTEN_DATA_QUOTA_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("DATA_TRANSFER_QUOTA_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("LOGICAL_SIZE_QUOTA_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("ACTIVE_ENDPOINTS_LIMIT_EXCEEDED", 402, false, .quotaExceeded, "53400", "53400"),
            ("CONCURRENCY_LIMIT_REACHED", 423, true, .temporarilyUnavailable, "57P03", "57P03"),
            ("LOCK_ALREADY_TAKEN", 423, true, .temporarilyUnavailable, "57P03", "57P03"),
            ("RUNNING_OPERATIONS", 423, true, .temporarilyUnavailable, "57P03", "57P03"),
            ("ENDPOINT_IDLE", 423, true, .temporarilyUnavailable, "57P03", "57P03"),
            ("PROJECT_UNDER_MAINTENANCE", 423, true, .temporarilyUnavailable, "57P03", "57P03"),
            ("FROM_A_TIME_TO_COME", 500, false, .controlPlaneRefused, "08006", "08006"),
            (nil, 400, false, .controlPlaneRefused, "08006", "08006"),
            (nil, 401, false, .controlPlaneRefused, "08006", "08006"),
            (nil, 404, false, .endpointNotFound, "08004", nil),
            (nil, 406, false, .endpointDisabled, "55000", "55000"),
            (nil, 422, false, .quotaExceeded, "53400", "53400"),
            (nil, 423, false, .quotaExceeded, "53400", "53400"),
            (nil, 429, true, .rateLimited, "53300", "53300"),
            (nil, 500, false, .controlPlaneRefused, "08006", "08006"),
            (nil, 502, true, .controlPlaneUnreachable, "08006", "08006"),
            (nil, 503, true, .controlPlaneUnreachable, "08006", "08006"),
            (nil, 504, true, .temporarilyUnavailable, "57P03", "08006"),
        ] as [(String?, Int, Bool, WakeFailure.Reason, String, String?)]

    @Test(arguments: table)
    func `a reason says whether to ask again, and what the client hears`(
        reason: String?, status: Int, isRetryable: Bool, wakeReason: WakeFailure.Reason, wakeState: String,
        lookupState: String?
    ) throws {
        let failure = try failure(status, reason)
        #expect(failure.isRetryable == isRetryable)
        #expect(failure.wakeFailure.reason == wakeReason)
        #expect(failure.wakeFailure.sqlState == wakeState)
        #expect(failure.saysNotFound == (lookupState == nil), "a lookup takes it for a role without a secret")
        if let lookupState { #expect(failure.lookupFailure.sqlState == lookupState) }
        #expect(!failure.wakeFailure.clientMessage.isEmpty)
    }

    @Test(arguments: table.compactMap(\.0))
    func `a delay makes anything worth another question, and the control plane's own words are the client's`(
        reason: String
    ) throws {
        let details = #""retry_info":{"retry_delay_ms":1500},"user_facing_message":{"message":"as it is"}"#
        let failure = try failure(400, reason, details: details, retryAfter: 9)
        #expect(failure.isRetryable)
        #expect(failure.retryAfter == .milliseconds(1500), "which goes before the header")
        #expect(failure.wakeFailure.clientMessage == "as it is")
        #expect(failure.lookupFailure.clientMessage == "as it is")
    }

    @Test func `without a delay the header counts`() throws {
        #expect(try failure(503, retryAfter: 7).retryAfter == .seconds(7))
    }
}
