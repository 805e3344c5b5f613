internal import NIOCore
internal import PostgresWire
internal import Transport

extension ConnectLoop {
    /// What a failed attempt says about the compute.
    enum Verdict: Equatable {
        /// It is there and says that it is not ready: worth waiting for.
        case starting
        /// It may be on its way up, or gone.
        case notReady
        /// Somebody else listens at this address, or something that has hung itself up.
        case stale
        case outOfTime
        case final(Refusal)

        init(on reason: UpstreamFailure.Reason, at located: Located) {
            switch reason {
            case .dial(.refused), .dial(.timedOut), .dial(.reset), .dial(.unreachable), .dial(.nameNotFound),
                .dial(.other), .tlsRefused, .tlsFailed, .closed:
                self = .notReady
            case .dial(.cancelled), .cancelled:
                self = .final(.cancelled)
            case .identityMismatch, .violation, .silent:
                self = .stale
            case .deadlinePassed:
                self = .outOfTime
            case .rejected(let response, let frame):
                self = Self.verdict(on: response, frame: frame, at: located)
            }
        }

        private static func verdict(on response: ErrorResponse, frame: ByteBuffer, at located: Located) -> Verdict {
            switch response.sqlState {
            case .cannotConnectNow:
                return .starting
            case .adminShutdown, SQLState("57P02"):
                return .notReady
            case let state where state.text.hasPrefix("28") && located.isCached && located.location.serverName == nil:
                // Without a certificate to tell, an address that somebody else has taken over shows only as a login
                // that does not work. A fresh location is believed.
                return .stale
            case _:
                return .final(.compute(response, frame: frame))
            }
        }
    }
}
