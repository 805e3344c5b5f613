package import Telemetry

/// Where the Kubernetes API is, and who we are to it, as a pod finds it: Kubernetes, “Accessing the API from a Pod”.
package struct ClusterPlace: Sendable {
    package struct Flaw: Error, CustomStringConvertible {
        package var description: String
    }

    /// Where a pod finds its service account's token, the API's authority and its own namespace.
    package static let accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// Bytes of a token file.
    private static let tokenLimit = 64 << 10

    /// `https://host:port`, without a slash at its end.
    package let root: String
    package let namespace: String
    package let authorityFile: String
    private let tokenFile: String

    /// - Parameters:
    ///   - root: `nil`: as the variables say that every pod has.
    ///   - namespace: of the StatefulSets; `nil`: our own.
    ///   - folder: with `token`, `ca.crt` and `namespace`.
    package init(
        root: String?, namespace: String?, folder: String, environment: [String: String]
    ) throws(Flaw) {
        if let root {
            guard root.hasPrefix("https://") else {
                throw Flaw(description: "“\(root)” does not begin with https://: a token is sent there")
            }
            self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
        } else {
            guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
                let port = environment["KUBERNETES_SERVICE_PORT"], UInt16(port) != nil
            else {
                throw Flaw(
                    description: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, as they are in a pod"
                )
            }
            self.root = "https://" + (host.contains(":") ? "[\(host)]" : host) + ":" + port
        }
        tokenFile = folder + "/token"
        authorityFile = folder + "/ca.crt"
        if let namespace {
            self.namespace = namespace
        } else {
            let path = folder + "/namespace"
            guard let bytes = try? SecureFile.read(path) else { throw Flaw(description: "cannot read \(path)") }
            self.namespace = String(decoding: bytes, as: UTF8.self).trimmed()
        }
        // It becomes a part of paths.
        guard (1...63).contains(self.namespace.utf8.count), self.namespace.utf8.allSatisfy(Self.isLabel) else {
            throw Flaw(description: "“\(self.namespace)” is no namespace")
        }
    }

    /// Read for every call: kubelet replaces the token long before it expires, and an old one is refused.
    package func token() throws(ClusterFailure) -> Secret<String> {
        guard let bytes = try? SecureFile.read(tokenFile), bytes.count <= Self.tokenLimit else {
            throw ClusterFailure(.unavailable, "cannot read \(tokenFile)")
        }
        return Secret(String(decoding: bytes, as: UTF8.self).trimmed())
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
