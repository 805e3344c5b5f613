internal import FoundationEssentials

/// An `Event` of `v1` about a StatefulSet: what `kubectl describe` shows below it.
package struct ClusterEvent: Encodable, Equatable, Sendable {
    /// What happened, in the words of `docs/operations.md`.
    package enum Story: Equatable, Sendable {
        case woken(generation: UInt64)
        case suspended(generation: UInt64, why: String)
        case wakeFailed(generation: UInt64, why: String)

        package var reason: String {
            switch self {
            case .woken: "Woken"
            case .suspended: "Suspended"
            case .wakeFailed: "WakeFailed"
            }
        }

        package var isWarning: Bool {
            switch self {
            case .woken, .suspended: false
            case .wakeFailed: true
            }
        }

        package var message: String {
            switch self {
            case .woken(let generation): "a client came: generation \(generation)"
            case .suspended(let generation, let why): "generation \(generation): \(why)"
            case .wakeFailed(let generation, let why): "generation \(generation): \(why)"
            }
        }
    }

    private struct Reference: Encodable, Equatable, Sendable {
        var apiVersion = "apps/v1"
        var kind = "StatefulSet"
        var namespace: String?
        var name: String?
        var uid: String?
    }

    private struct Source: Encodable, Equatable, Sendable {
        var component: String
    }

    /// Characters of a message; Kubernetes takes 1,024 bytes.
    private static let messageLimit = 250
    private static let component = "sidecar-control-plane"

    private var apiVersion = "v1"
    private var kind = "Event"
    private var metadata: ObjectMetadata
    private var involvedObject: Reference
    private var reason: String
    private var message: String
    private var type: String
    private var count = 1
    private var firstTimestamp: String
    private var lastTimestamp: String
    private var source = Source(component: component)
    private var reportingComponent = component
    private var reportingInstance: String

    /// - Parameters:
    ///   - name: of the event; nobody else's.
    ///   - unixSeconds: when.
    ///   - instance: which control plane tells it.
    package init(_ story: Story, about object: ObjectMetadata, name: String, unixSeconds: Int64, instance: String) {
        metadata = ObjectMetadata(name: name, namespace: object.namespace)
        involvedObject = Reference(namespace: object.namespace, name: object.name, uid: object.uid)
        reason = story.reason
        message = String(story.message.prefix(Self.messageLimit))
        type = story.isWarning ? "Warning" : "Normal"
        firstTimestamp = Date(timeIntervalSince1970: TimeInterval(unixSeconds)).formatted(.iso8601)
        lastTimestamp = firstTimestamp
        reportingInstance = instance
    }
}
