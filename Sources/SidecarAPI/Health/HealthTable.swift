/// Which services of a server are serving. Decides what is news; tells nobody.
struct HealthTable: Equatable {
    /// By the service's name; the server as a whole has the empty one.
    private(set) var isServing: [String: Bool]
    private(set) var isShutDown = false

    /// - Parameter services: every name that may be asked about. None of them is serving yet.
    init(_ services: [String]) {
        isServing = Dictionary(uniqueKeysWithValues: Set(services).union([""]).map { ($0, false) })
    }

    /// - Returns: the services, known ones alone, whose state is another now. After a shutdown none ever is.
    mutating func set(_ serving: Bool, for services: [String]) -> [String] {
        guard !isShutDown else { return [] }
        let changed = services.filter { isServing[$0].map { $0 != serving } ?? false }
        for service in changed { isServing[service] = serving }
        return changed
    }

    /// No service is serving, and none will be again.
    mutating func shutDown() -> [String] {
        defer { isShutDown = true }
        return set(false, for: isServing.keys.sorted())
    }
}
