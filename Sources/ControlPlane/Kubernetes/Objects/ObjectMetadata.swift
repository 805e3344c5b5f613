/// What every object of the Kubernetes API says of itself, as far as we read it. Kubernetes, “ObjectMeta”.
package struct ObjectMetadata: Codable, Equatable, Sendable {
    package var name: String?
    package var namespace: String?
    package var uid: String?
    /// Another one after each change. A write that names it is refused with 409 when the object has changed since.
    package var resourceVersion: String?
    package var labels: [String: String]?
    package var annotations: [String: String]?

    package init(
        name: String? = nil, namespace: String? = nil, uid: String? = nil, resourceVersion: String? = nil,
        labels: [String: String]? = nil, annotations: [String: String]? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.labels = labels
        self.annotations = annotations
    }
}
