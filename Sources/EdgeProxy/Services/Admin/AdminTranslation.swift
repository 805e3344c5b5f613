internal import GRPCLite
internal import Gossip
internal import SidecarAPI

// Between what an operator asks for and what the control plane and the wakes call it.

extension EndpointRecord {
    var summary: AdminV1.EndpointSummary {
        AdminV1.EndpointSummary(
            name: name, state: state, generation: generation, sequence: sequence, address: address ?? "",
            computeID: computeID ?? "", updatedUnixMicros: updatedUnixMicros ?? 0)
    }
}

extension HistoryRecord {
    var entry: AdminV1.HistoryEntry {
        AdminV1.HistoryEntry(
            atUnixMicros: atUnixMicros, generation: generation, sequence: sequence, source: source, event: event,
            detail: detail ?? "")
    }
}

extension ComputeLocation {
    var adminMessage: AdminV1.ComputeLocation {
        AdminV1.ComputeLocation(
            endpoint: endpoint.text, generation: version.generation, sequence: version.sequence, address: address,
            serverName: serverName ?? "", computeID: computeID)
    }
}

extension ControlPlaneFailure {
    var status: GRPCStatus {
        switch kind {
        case .unreachable: GRPCStatus(.unavailable, "the control plane does not answer")
        case .cancelled: .cancelled
        case .malformed: GRPCStatus(.internalError, "the control plane answered with something not in its contract")
        case .refused(404, _): GRPCStatus(.notFound, userFacingMessage ?? "the control plane knows no such endpoint")
        case .refused(409, _): GRPCStatus(.alreadyExists, userFacingMessage ?? "an endpoint of this name exists")
        case .refused(400, _), .refused(422, _):
            GRPCStatus(.invalidArgument, userFacingMessage ?? "the control plane refuses these values")
        case .refused(let status, let reason):
            GRPCStatus(
                isRetryable ? .unavailable : .failedPrecondition,
                userFacingMessage ?? "the control plane answered \(status)\(reason.map { ", \($0)" } ?? "")")
        }
    }
}

extension WakeFailure {
    var status: GRPCStatus {
        let code: GRPCStatus.Code =
            switch reason {
            case .endpointNotFound: .notFound
            case .endpointDisabled: .failedPrecondition
            case .quotaExceeded, .rateLimited: .resourceExhausted
            case .temporarilyUnavailable, .startFailed, .controlPlaneUnreachable: .unavailable
            case .controlPlaneRefused: .internalError
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .cancelled
            }
        return GRPCStatus(code, clientMessage)
    }
}
