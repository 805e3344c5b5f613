/// One of something for each side of a relay.
struct BothSides<Value> {
    var client: Value
    var upstream: Value

    subscript(side: RelayOutcome.Side) -> Value {
        get {
            switch side {
            case .client: client
            case .upstream: upstream
            }
        }
        _modify {
            switch side {
            case .client: yield &client
            case .upstream: yield &upstream
            }
        }
    }
}

extension BothSides: Sendable where Value: Sendable {}

extension RelayOutcome.Side {
    static let both = [RelayOutcome.Side.client, .upstream]

    var other: Self {
        switch self {
        case .client: .upstream
        case .upstream: .client
        }
    }
}
