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
        /// It is we who cannot dial now, which says nothing about it.
        case ownTrouble
        /// Somebody else listens at this address, or something that has hung itself up.
        case stale
        case outOfTime
        case final(Refusal)

        init(on reason: UpstreamFailure.Reason, at located: Located) {
            switch reason {
            case .dial(.refused), .dial(.timedOut), .dial(.reset), .dial(.unreachable), .dial(.nameNotFound),
                .dial(.other), .tlsRefused, .tlsFailed, .closed:
                self = .notReady
            case .dial(.exhausted):
                self = .ownTrouble
            case .dial(.cancelled), .cancelled:
                self = .final(.cancelled)
            case .violation(.authenticationUnsupported) where located.isKnown:
                // It is the one we want, and will not ask for anything else the next time.
                self = .final(.proxy(Refusals.computeLoginUnsupported))
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
            case let state where state.text.hasPrefix("28") && !located.isKnown:
                // Without a certificate to tell, an address that somebody else has taken over shows only as a login
                // that does not work. A fresh location is believed.
                return .stale
            case _:
                return .final(.compute(response, frame: frame))
            }
        }
    }
}

extension Located {
    /// Whether who answers there is the endpoint's compute for certain: it has proved so, or was located just now.
    fileprivate var isKnown: Bool { location.serverName != nil || !isCached }
}
