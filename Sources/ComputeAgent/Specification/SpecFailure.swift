/// A spec that cannot be used: where in the JSON, and why.
package struct SpecFailure: Error, Equatable, CustomStringConvertible {
    /// `spec.cluster.roles[0].name`; empty when the text as a whole is no JSON.
    package var path: String
    /// Names no secret: of a value only what has to be short and plain is repeated.
    package var problem: String

    package init(at path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }

    /// The path of a field. A name that is no plain word is put in brackets and cut, so that nobody can forge a log line.
    package static func path(_ parent: String, _ name: String) -> String {
        let isPlain =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
        guard !isPlain else { return parent.isEmpty ? name : "\(parent).\(name)" }
        let shown = String(name.prefix(64)).debugDescription
        return "\(parent)[\(shown)]"
    }
}
