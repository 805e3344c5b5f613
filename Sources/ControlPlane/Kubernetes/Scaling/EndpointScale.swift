internal import FoundationEssentials
package import Gossip

/// What a StatefulSet says about its endpoint.
package struct EndpointScale: Equatable, Sendable {
    package var endpoint: EndpointName
    package var metadata: ObjectMetadata
    /// 0: never woken.
    package var generation: UInt64
    /// Pods wanted: more than 0 is awake.
    package var replicas: Int
    /// Pods that there are.
    package var pods: Int
    package var compute: ComputeNews?
    package var rules: EndpointRules

    package struct Flaw: Error, Equatable, CustomStringConvertible {
        package var description: String
    }

    package init(_ object: StatefulSet) throws(Flaw) {
        let annotations = object.metadata.annotations ?? [:]
        guard let label = object.metadata.labels?[EndpointMarks.endpoint], let endpoint = EndpointName(label) else {
            throw Flaw(description: "its label \(EndpointMarks.endpoint) is no endpoint's name")
        }
        let written = annotations[EndpointMarks.generation] ?? "0"
        // Counting from 0 again would use a generation twice, so somebody has to look at it.
        guard let generation = UInt64(written) else {
            throw Flaw(description: "its annotation \(EndpointMarks.generation) is “\(written.prefix(40))”, no number")
        }
        self.endpoint = endpoint
        self.generation = generation
        metadata = object.metadata
        replicas = object.spec?.replicas ?? 1
        pods = object.status?.replicas ?? 0
        compute = annotations[EndpointMarks.compute].flatMap { ComputeNews(annotation: $0) }
        rules = EndpointRules()
        if let access = annotations[EndpointMarks.access] {
            // Rules that cannot be read must not be rules that are missing.
            guard let read = try? JSONDecoder().decode(EndpointRules.self, from: Data(access.utf8)) else {
                throw Flaw(description: "its annotation \(EndpointMarks.access) cannot be read")
            }
            rules = read
        }
    }

    package var resourceVersion: String { metadata.resourceVersion ?? "" }

    /// Versions of one object are decimal numbers that grow; of what is not so, the one that came later counts.
    package func isOlder(than other: EndpointScale) -> Bool {
        guard let ours = UInt64(resourceVersion), let theirs = UInt64(other.resourceVersion) else { return false }
        return ours < theirs
    }
}
