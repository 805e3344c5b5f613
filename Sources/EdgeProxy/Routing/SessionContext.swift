/// Names one client connection in logs, at the control plane and towards other members: a UUID in lower case.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// What the lookups of one session tell about it to those they ask.
package struct SessionContext: Sendable, Equatable {
    package var id: SessionID
    /// The client's `application_name`, when it sent one.
    package var applicationName: String?

    package init(id: SessionID, applicationName: String? = nil) {
        self.id = id
        self.applicationName = applicationName
    }
}
