/// The labels and annotations by which a StatefulSet is an endpoint.
package enum EndpointMarks {
    /// Label: the endpoint's name.
    package static let endpoint = "sidecar.dev/endpoint"
    /// Annotation of the StatefulSet and of its pods: the generation, in decimal. The pod's agent is told it as
    /// `SIDECAR_GENERATION`.
    package static let generation = "sidecar.dev/generation"
    /// Annotation: what the generation's agent last said, a `ComputeNews` as JSON.
    package static let compute = "sidecar.dev/compute"
    /// Annotation: who may connect, `EndpointRules` as JSON.
    package static let access = "sidecar.dev/access"
}
