internal import PostgresWire

/// A call to the control plane that brought nothing usable.
package struct ControlPlaneFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// No answer at all.
        case unreachable
        case cancelled
        /// An answer that says no. `reason` is its error JSON's word, when it has one.
        case refused(status: Int, reason: String?)
        /// An answer that is not in the contract.
        case malformed
    }

    package var kind: Kind
    /// The control plane's own text for the client.
    package var userFacingMessage: String?
    package var retryAfter: Duration?
    /// Says how to go on, whatever the reason.
    package var isRetryable: Bool
    /// Whether a “no” came in the control plane's own JSON, and not from a server that does not know the path.
    package var isInContract: Bool
    /// For the operator; never holds a body.
    package var detail: String

    package init(
        kind: Kind, userFacingMessage: String? = nil, retryAfter: Duration? = nil, isRetryable: Bool = false,
        isInContract: Bool = true, detail: String
    ) {
        self.kind = kind
        self.userFacingMessage = userFacingMessage
        self.retryAfter = retryAfter
        self.isRetryable = isRetryable
        self.isInContract = isInContract
        self.detail = detail
    }

    /// For `sidecar_control_plane_requests_total{outcome}`: few words, whatever a control plane may send.
    package var outcome: String {
        switch kind {
        case .unreachable: "unreachable"
        case .cancelled: "cancelled"
        case .malformed: "malformed"
        case .refused(let status, _): "http_\(status)"
        }
    }
}

extension ControlPlaneFailure {
    /// The reasons that say “later” (facts: edge proxy §7).
    private static let retryableReasons: Set<String> = [
        "CONCURRENCY_LIMIT_REACHED", "LOCK_ALREADY_TAKEN", runningOperations, "ENDPOINT_IDLE",
        "PROJECT_UNDER_MAINTENANCE",
    ]
    private static let notFoundReasons: Set<String> = [
        "RESOURCE_NOT_FOUND", "PROJECT_NOT_FOUND", "ENDPOINT_NOT_FOUND", "BRANCH_NOT_FOUND",
    ]
    private static let runningOperations = "RUNNING_OPERATIONS"
    private static let startFailedReason = "COMPUTE_START_FAILED"
    private static let retryableStatuses: Set<Int> = [429, 502, 503, 504]

    /// What an answer other than 2xx means.
    ///
    /// - Parameter retryAfterSeconds: the `Retry-After` header, when it holds a number.
    package init(status: Int, error: ControlPlaneErrorBody?, retryAfterSeconds: Int?, call: String) {
        let details = error?.status?.details
        let reason = details?.errorInfo?.reason
        let delay = details?.retryInfo?.retryDelayMilliseconds.map { Duration.milliseconds($0) }
        let isRetryable =
            delay != nil || Self.retryableStatuses.contains(status)
            || reason.map(Self.retryableReasons.contains) ?? false
        self.init(
            kind: .refused(status: status, reason: reason),
            userFacingMessage: details?.userFacingMessage?.message,
            retryAfter: delay ?? retryAfterSeconds.map { .seconds($0) },
            isRetryable: isRetryable,
            isInContract: error != nil,
            detail: "\(call): HTTP \(status)\(reason.map { ", \($0)" } ?? "")")
    }

    /// Whether the control plane was there and had something to say.
    var isAnswer: Bool {
        guard case .refused = kind else { return false }
        return isInContract
    }

    /// Whether a compute was started and did not come up. One that is only slow is a 504 (`RUNNING_OPERATIONS` is the
    /// reason of both).
    var saysStartFailed: Bool {
        guard case .refused(let status, let reason) = kind else { return false }
        return reason == Self.startFailedReason || reason == Self.runningOperations && status == 503
    }

    package var saysNotFound: Bool {
        guard case .refused(let status, let reason) = kind else { return false }
        return reason.map(Self.notFoundReasons.contains) ?? (status == 404)
    }

    /// What the session hears when this ends its wake.
    package var wakeFailure: WakeFailure {
        WakeFailure(
            reason: wakeReason, clientMessage: userFacingMessage, sqlState: usersFault?.text, retryAfter: retryAfter,
            detail: detail)
    }

    /// What the session hears when this ends its lookup.
    package var lookupFailure: LookupFailure {
        let reason: LookupFailure.Reason =
            switch kind {
            case .unreachable: .controlPlaneUnreachable
            case .cancelled: .cancelled
            case .refused(_, "ROLE_PROTECTED"): .roleProtected
            case .refused(429, _), .refused(_, "RATE_LIMIT_EXCEEDED"): .rateLimited
            case .refused(502...504, nil): .controlPlaneUnreachable
            case .refused, .malformed: .controlPlaneRefused
            }
        // An endpoint that is disabled is so whichever of the two calls says it.
        let told = reason == .controlPlaneRefused ? knownRefusal : nil
        return LookupFailure(
            reason: reason, clientMessage: userFacingMessage ?? told?.message, sqlState: told?.sqlState.text,
            hint: told?.hint, retryAfter: retryAfter, detail: detail)
    }

    private var knownRefusal: ErrorResponse? {
        switch wakeReason {
        case .endpointDisabled, .quotaExceeded, .temporarilyUnavailable: Refusals.wake(wakeReason)
        case .endpointNotFound, .rateLimited, .startFailed, .controlPlaneUnreachable, .controlPlaneRefused,
            .deadlineExceeded, .cancelled:
            nil
        }
    }

    /// Where it is no use that a driver tries again, though the control plane's answer is all there is to say.
    private var usersFault: SQLState? {
        switch kind {
        case .refused(_, "ROLE_PROTECTED"): .invalidAuthorization
        case .refused(_, "WRONG_LSN_OR_TIMESTAMP"): .invalidParameterValue
        case .refused, .unreachable, .cancelled, .malformed: nil
        }
    }

    private var wakeReason: WakeFailure.Reason {
        switch kind {
        case .unreachable: .controlPlaneUnreachable
        case .cancelled: .cancelled
        case .malformed: .controlPlaneRefused
        case .refused where saysStartFailed: .startFailed
        case .refused(let status, let reason):
            Self.wakeReason(status: status, reason: reason, saysLater: isRetryable)
                ?? (saysNotFound ? .endpointNotFound : .controlPlaneRefused)
        }
    }

    private static func wakeReason(status: Int, reason: String?, saysLater: Bool) -> WakeFailure.Reason? {
        switch (reason, status) {
        case ("ENDPOINT_DISABLED"?, _), (nil, 406): .endpointDisabled
        case ("RATE_LIMIT_EXCEEDED"?, _), (nil, 429): .rateLimited
        case (let reason?, _) where reason.hasSuffix("_EXCEEDED"): .quotaExceeded
        case (nil, 422), (nil, 423): .quotaExceeded
        case (nil, 502), (nil, 503): .controlPlaneUnreachable
        case _ where saysLater: .temporarilyUnavailable
        default: nil
        }
    }
}
