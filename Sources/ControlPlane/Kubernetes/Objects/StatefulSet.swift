/// A `StatefulSet` of `apps/v1`, as far as we read it.
package struct StatefulSet: Codable, Equatable, Sendable {
    package struct Spec: Codable, Equatable, Sendable {
        /// Kubernetes takes a missing one for 1, and fills it in.
        package var replicas: Int?

        package init(replicas: Int?) {
            self.replicas = replicas
        }
    }

    package struct Status: Codable, Equatable, Sendable {
        /// Pods that there are.
        package var replicas: Int?

        package init(replicas: Int?) {
            self.replicas = replicas
        }
    }

    package var metadata: ObjectMetadata
    package var spec: Spec?
    package var status: Status?

    package init(metadata: ObjectMetadata, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// One page of a list. Kubernetes, “Retrieving large results sets in chunks”.
package struct StatefulSetPage: Codable, Equatable, Sendable {
    package struct Metadata: Codable, Equatable, Sendable {
        /// From where a watch may go on.
        package var resourceVersion: String?
        /// What gives the next page; empty or absent after the last.
        package var `continue`: String?

        package init(resourceVersion: String?, `continue`: String? = nil) {
            self.resourceVersion = resourceVersion
            self.`continue` = `continue`
        }
    }

    package var metadata: Metadata
    package var items: [StatefulSet]?

    package init(metadata: Metadata, items: [StatefulSet]?) {
        self.metadata = metadata
        self.items = items
    }
}
