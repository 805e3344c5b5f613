internal import NIOCore

/// What the Kubernetes API says of itself and of us.
package struct ClusterVersion: Decodable, Sendable {
    package var major: String
    package var minor: String
}

/// One thing that a control plane does there.
package struct ClusterRight: Equatable, Sendable {
    package var verb: String
    package var group: String
    package var resource: String

    /// All of them.
    package static let needed =
        ["get", "list", "watch", "patch"].map { ClusterRight(verb: $0, group: "apps", resource: "statefulsets") }
        + ["get", "create", "patch"].map { ClusterRight(verb: $0, group: "", resource: "secrets") }
        + [ClusterRight(verb: "create", group: "", resource: "events")]
}

/// A `SelfSubjectAccessReview` of `authorization.k8s.io/v1`, as it is asked.
struct AccessQuestion: Encodable {
    struct Spec: Encodable {
        struct Attributes: Encodable {
            var namespace: String
            var verb: String
            var group: String
            var resource: String
        }
        var resourceAttributes: Attributes
    }

    var apiVersion = "authorization.k8s.io/v1"
    var kind = "SelfSubjectAccessReview"
    var spec: Spec
}

/// The same as it is answered. The question comes back in it without what was empty, so that nothing of that is read.
struct AccessAnswer: Decodable {
    struct Status: Decodable {
        var allowed: Bool
    }
    var status: Status?
}
