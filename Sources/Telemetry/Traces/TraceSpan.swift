/// One operation of a trace that is over: what it was, when, and how it ended.
package struct TraceSpan: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case `internal`
        /// Serves a client.
        case server
        /// Asks somebody else.
        case client
    }

    package enum Value: Sendable, Equatable {
        case text(String)
        case number(Int64)
        case flag(Bool)
    }

    package struct Attribute: Sendable, Equatable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package var context: TraceContext
    /// `nil`: the first of its trace.
    package var parent: SpanID?
    package var name: String
    package var kind: Kind
    /// Nanoseconds since 1970-01-01 UTC.
    package var startUnixNanos: UInt64
    package var endUnixNanos: UInt64
    package var attributes: [Attribute]
    /// Spans of other traces, or of other parents, that have to do with it.
    package var links: [TraceContext]
    /// Why it failed, for people; `nil`: it did not.
    package var failure: String?

    package init(
        _ context: TraceContext, parent: SpanID?, name: String, kind: Kind = .internal, startUnixNanos: UInt64,
        endUnixNanos: UInt64, attributes: [Attribute] = [], links: [TraceContext] = [], failure: String? = nil
    ) {
        self.context = context
        self.parent = parent
        self.name = name
        self.kind = kind
        self.startUnixNanos = startUnixNanos
        self.endUnixNanos = endUnixNanos
        self.attributes = attributes
        self.links = links
        self.failure = failure
    }
}
