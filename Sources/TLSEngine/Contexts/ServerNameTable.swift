/// Finds what belongs to a host name: by the exact name, or else by a wildcard in the place of its first label
/// (RFC 6125 §6.4.3, whole labels only). Names compare without regard to case.
struct ServerNameTable<Value: Sendable>: Sendable {
    private var exact: [String: Value] = [:]
    /// By the domain behind `*.`.
    private var wildcards: [String: Value] = [:]

    /// Where two entries have one name, the earlier counts.
    init(_ entries: [(names: [String], value: Value)]) {
        for (names, value) in entries {
            for name in names.map({ $0.lowercased() }) {
                if name.hasPrefix("*.") {
                    let domain = String(name.dropFirst(2))
                    wildcards[domain] = wildcards[domain] ?? value
                } else {
                    exact[name] = exact[name] ?? value
                }
            }
        }
    }

    func value(for hostName: String) -> Value? {
        var name = hostName.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if let value = exact[name] { return value }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcards[String(name[name.index(after: dot)...])]
    }
}
