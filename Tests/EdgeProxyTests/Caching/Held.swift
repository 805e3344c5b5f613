/// Holds a core for a test, so that `#expect` can call what changes it: `cache { $0.insert(…) }`.
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
