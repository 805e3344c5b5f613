import Gossip

struct TestLocation: WakeLocation {
    var endpoint: EndpointName
    var version: FactVersion
}

enum TestRefusal: WakeRefusal {
    case refused(retryAfter: Duration?)
    case outdated(answered: UInt64, seen: UInt64)
    case outOfTime
    case overloaded

    var retryAfter: Duration? {
        switch self {
        case .refused(let delay): delay
        case .outdated, .outOfTime, .overloaded: nil
        }
    }
}

/// Holds a core for a test, so that `#expect` can call what changes it: `flights { $0.learned(…) }`.
final class Held<Core> {
    private var core: Core

    init(_ core: Core) {
        self.core = core
    }

    @discardableResult
    func callAsFunction<Result>(_ body: (inout Core) throws -> Result) rethrows -> Result {
        try body(&core)
    }
}
