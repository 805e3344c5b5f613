internal import ArgumentParser

/// What a compute is.
enum ComputeKind: String, ExpressibleByArgument, CaseIterable {
    /// A process of this machine, started by this control plane alone.
    case process
    /// The pod of a StatefulSet, by any number of control planes.
    case kubernetes
}
