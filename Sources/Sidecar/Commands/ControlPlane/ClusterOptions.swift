internal import ArgumentParser
internal import ControlPlane
internal import FoundationEssentials

/// Where the Kubernetes API is, and who we are to it.
struct ClusterOptions: ParsableArguments {
    @Option(help: "The Kubernetes API, as https://host:port. Default: as every pod is told by its environment.")
    var kubernetesAPI: String?

    @Option(help: "Namespace of the endpoints' StatefulSets. Default: the pod's own.")
    var kubernetesNamespace: String?

    @Option(help: "Folder with a service account's token, ca.crt and namespace.")
    var kubernetesCredentials = ClusterPlace.accountFolder

    func place() throws -> ClusterPlace {
        do throws(ClusterPlace.Flaw) {
            return try ClusterPlace(
                root: kubernetesAPI, namespace: kubernetesNamespace, folder: kubernetesCredentials,
                environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure.badConfiguration("--kubernetes-api, --kubernetes-namespace: \(error)")
        }
    }
}
