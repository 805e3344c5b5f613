import Gossip

@testable import ControlPlane

/// StatefulSets as a test needs them.
enum Sample {
    static func object(
        _ name: String = "pg-demo", endpoint: String = "demo", generation: UInt64? = nil, replicas: Int = 0,
        pods: Int = 0,
        compute: ComputeNews? = nil, version: Int = 1
    ) -> StatefulSet {
        var annotations: [String: String] = [:]
        annotations[EndpointMarks.generation] = generation.map { "\($0)" }
        annotations[EndpointMarks.compute] = compute?.annotation
        return StatefulSet(
            metadata: ObjectMetadata(
                name: name, namespace: "databases", uid: "u-\(name)", resourceVersion: "\(version)",
                labels: [EndpointMarks.endpoint: endpoint], annotations: annotations),
            spec: .init(replicas: replicas), status: .init(replicas: pods))
    }

    static func scale(
        generation: UInt64 = 0, replicas: Int = 0, pods: Int = 0, compute: ComputeNews? = nil, version: Int = 1
    ) throws -> EndpointScale {
        try EndpointScale(
            object(generation: generation, replicas: replicas, pods: pods, compute: compute, version: version))
    }

    static func location(_ generation: UInt64, _ sequence: UInt64 = 4) -> ComputeLocation {
        ComputeLocation(
            generation: generation, sequence: sequence, address: "10.0.0.7:5432", serverName: "pg-demo-0",
            computeID: "pg-demo-0")
    }

    static func news(
        _ generation: UInt64, _ phase: ComputeNews.Phase, sequence: UInt64 = 4, error: String? = nil,
        hasRun: Bool? = nil
    ) -> ComputeNews {
        var news = ComputeNews(
            generation: generation, sequence: sequence, phase: phase,
            location: phase == .running ? location(generation, sequence) : nil, error: error)
        news.hasRun = hasRun
        return news
    }
}
