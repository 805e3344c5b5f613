package import GRPCLite

/// What every server of ours offers beside its own services, to whoever may look: health and reflection.
///
/// They need no identity, since probes and people's tools have none; but they are for this machine alone, unless the
/// operator says otherwise.
package struct OpenServices: Sendable {
    package let health: HealthBoard
    package let definitions: [ServiceDefinition]
    private let isOpenToAll: Bool

    /// - Parameters:
    ///   - services: the server's own.
    ///   - isOpenToAll: whether machines other than this one may ask.
    ///   - isReady: the process's readiness, as its other probes tell it.
    package init(
        beside services: [ServiceDefinition], isOpenToAll: Bool, isReady: @escaping @Sendable () -> Bool
    ) {
        let names = services.map(\.name)
        health = HealthBoard(services: names, isReady: isReady)
        let healthService = HealthService(health).definition
        definitions = [healthService] + ReflectionService(names + [healthService.name]).definitions
        self.isOpenToAll = isOpenToAll
    }

    /// Judges calls of these services, and leaves all others to the server's own rules.
    package func authorization(_ others: @escaping CallAuthorization) -> CallAuthorization {
        let prefixes = definitions.map { "/\($0.name)/" }
        return { [isOpenToAll] method, peer in
            guard prefixes.contains(where: { method.hasPrefix($0) }) else { return others(method, peer) }
            return isOpenToAll || peer.isOnThisMachine
                ? nil : GRPCStatus(.permissionDenied, "this service answers on its own machine alone")
        }
    }
}
