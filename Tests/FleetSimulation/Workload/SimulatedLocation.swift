package import Gossip

/// What a wake brings, in the simulation: the place itself.
package struct SimulatedLocation: WakeLocation {
    package var endpoint: EndpointName
    package var version: FactVersion
    package var place: ComputePlace
}

/// Why a wake brought nothing, in the simulation.
package enum SimulatedRefusal: WakeRefusal {
    case outOfTime
    case overloaded
    case outdated(answered: UInt64, seen: UInt64)
    case controlPlaneFailed

    package var retryAfter: Duration? { nil }
}

package typealias SimulatedDesk = WakeDesk<SimulatedLocation, SimulatedRefusal>
package typealias SimulatedOutcome = WakeOutcome<SimulatedLocation, SimulatedRefusal>
