/// How the Kubernetes API words an error: a `Status` of `v1`.
package struct APIStatus: Codable, Equatable, Sendable {
    package struct Details: Codable, Equatable, Sendable {
        package var retryAfterSeconds: Int?

        package init(retryAfterSeconds: Int?) {
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    package var code: Int?
    /// A word for programs, such as `Conflict` or `Expired`.
    package var reason: String?
    package var message: String?
    package var details: Details?

    package init(code: Int?, reason: String? = nil, message: String? = nil, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }
}
