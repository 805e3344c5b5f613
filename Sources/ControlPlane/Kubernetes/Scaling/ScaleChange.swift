internal import FoundationEssentials

/// One guarded write to a StatefulSet: either all of it happens, or the object has changed since it was read and nothing
/// does.
package struct ScaleChange: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// One generation on, and a pod for it.
        case wake(generation: UInt64)
        /// No pod any more.
        case sleep(why: String, ComputeNews?)
        case tell(ComputeNews)
        case rules(EndpointRules)
    }

    package var kind: Kind
    /// Of what the decision was made on.
    package var resourceVersion: String

    package init(_ kind: Kind, resourceVersion: String) {
        self.kind = kind
        self.resourceVersion = resourceVersion
    }

    /// A merge patch (RFC 7386). The generation is also the pods': the agent reads it there, and a pod of an earlier one
    /// that is still around is replaced.
    package func json() throws -> [UInt8] {
        var body: [String: JSON] = [:]
        var annotations: [String: JSON] = [:]
        switch kind {
        case .wake(let generation):
            annotations = [EndpointMarks.generation: .text("\(generation)"), EndpointMarks.compute: .none]
            let pod = JSON.object([
                "metadata": .object(["annotations": .object([EndpointMarks.generation: .text("\(generation)")])])
            ])
            body["spec"] = .object(["replicas": .number(1), "template": pod])
        case .sleep(_, let news):
            if let news { annotations[EndpointMarks.compute] = .text(news.annotation) }
            body["spec"] = .object(["replicas": .number(0)])
        case .tell(let news):
            annotations[EndpointMarks.compute] = .text(news.annotation)
        case .rules(let rules):
            let text = String(decoding: try JSONEncoder().encode(rules), as: UTF8.self)
            annotations[EndpointMarks.access] = .text(text)
        }
        var metadata: [String: JSON] = ["resourceVersion": .text(resourceVersion)]
        if !annotations.isEmpty { metadata["annotations"] = .object(annotations) }
        body["metadata"] = .object(metadata)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(JSON.object(body)))
    }

    private enum JSON: Encodable {
        case text(String)
        case number(Int)
        case object([String: JSON])
        /// Takes the field away.
        case none

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .text(let text): try value.encode(text)
            case .number(let number): try value.encode(number)
            case .object(let fields): try value.encode(fields)
            case .none: try value.encodeNil()
            }
        }
    }
}
