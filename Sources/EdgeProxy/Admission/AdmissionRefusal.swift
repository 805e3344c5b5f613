/// Why a client has to go before anybody asks who it is.
package enum AdmissionRefusal: Error, Sendable, Equatable {
    /// Too many strangers altogether.
    case strangers
    /// Too many clients altogether.
    case sessions
    /// The room is short, and this source has its share of it.
    case sourceShare
    /// The room is short, and this endpoint has its share of it.
    case endpointShare
    /// This source tries too often.
    case sourceRate(retryAfter: Duration)
}
