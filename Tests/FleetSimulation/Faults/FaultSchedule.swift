/// Everything that will go wrong in a run, as data.
package struct FaultSchedule: Equatable, Sendable {
    /// In order of their beginning.
    package var faults: [Fault]

    package init(_ faults: [Fault]) {
        self.faults = faults.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }

    package static let none = FaultSchedule([])

    /// Draws which families of faults this run has at all (swarm testing: Groce et al., ISSTA 2012; a run with every
    /// kind of fault hides what two kinds do together), then faults of those.
    ///
    /// - Parameters:
    ///   - hosts: at least 2.
    ///   - last: when the last fault has ended.
    ///   - candidates: the families to draw from.
    package static func draw(
        hosts: Int, endpoints: Int, from first: Moment, to last: Moment, among candidates: [Family] = Family.allCases,
        dice: inout Dice
    ) -> FaultSchedule {
        let families = candidates.filter { _ in dice.chance(0.3) }
        guard !families.isEmpty else { return .none }
        let count = 1 + dice.index(below: 4 + families.count)
        return FaultSchedule(
            (0..<count).map { _ in
                let family = families[dice.index(below: families.count)]
                let start = first + dice.span(.zero, last - first)
                let length = Span.seconds(dice.logUniform(0.1, max(0.2, (last - start).seconds)))
                let end = min(last, start + length)
                return Fault(
                    family.draw(hosts: hosts, endpoints: endpoints, from: start, to: end, dice: &dice), from: start,
                    to: end)
            })
    }
}

extension FaultSchedule {
    /// Kinds of faults that a run has or has not.
    package enum Family: CaseIterable, Sendable {
        case loss, oneSidedLoss, bursts, duplication, reordering, spikes, cuts, flapping, swizzle, narrowPath, bitFlips
        case blockedDatagrams, streamResets, pauses, slowness, crashes, massRestarts, addressReuse, leaves, resyncs,
            clocks
        case keys, names, controlPlane, computes

        func draw(hosts: Int, endpoints: Int, from start: Moment, to end: Moment, dice: inout Dice) -> Fault.Kind {
            let host = dice.index(below: hosts)
            switch self {
            case .loss: return .loss(share: dice.logUniform(0.01, 0.3))
            case .oneSidedLoss:
                let share = dice.logUniform(0.05, 0.9)
                let either: [Fault.Kind] = [
                    .deafness(host: host, share: share), .muteness(host: host, share: share),
                    .unevenLoss(upTo: share * 0.5),
                ]
                return either[dice.index(below: 3)]
            case .bursts:
                return .bursts(
                    LossChain.Shape(
                        meanGood: .seconds(dice.logUniform(0.1, 5)), meanBad: .seconds(dice.logUniform(0.01, 1)),
                        loss: dice.logUniform(0.3, 1)))
            case .duplication: return .duplication(share: dice.logUniform(0.005, 0.05))
            case .reordering:
                return .reordering(share: dice.logUniform(0.005, 0.05), upTo: .seconds(dice.logUniform(0.01, 2)))
            case .spikes: return .spikes(share: dice.logUniform(0.001, 0.05), factor: 10)
            case .cuts: return .cut(Cut.draw(hosts: hosts, dice: &dice))
            case .flapping:
                return .flapping(
                    Cut.draw(hosts: hosts, dice: &dice), period: .seconds(dice.logUniform(0.1, 10)))
            case .swizzle: return .swizzle(Self.clogs(hosts: hosts, from: start, to: end, dice: &dice))
            case .narrowPath: return .narrowPath(bytes: 200 + dice.index(below: 1_000))
            case .bitFlips: return .bitFlips(share: dice.logUniform(0.0005, 0.02))
            case .blockedDatagrams:
                return .datagramsBlocked(hosts: dice.sample(1 + dice.index(below: hosts), below: hosts))
            case .streamResets: return .streamResets(share: dice.logUniform(0.02, 0.5))
            case .pauses: return .pause(host: host)
            case .slowness: return .slowness(host: host, perSecond: Int(dice.logUniform(20, 500)))
            case .crashes: return .crash(host: host, dice.chance(0.15) ? .withSameID : .withNewID)
            case .massRestarts:
                return .massRestart(
                    within: .seconds(dice.logUniform(0.01, 2)), dice.chance(0.15) ? .withSameID : .withNewID)
            case .addressReuse: return .addressReuse(host: host)
            case .leaves: return .leave(host: host)
            case .resyncs: return .resync(host: host)
            case .clocks:
                return dice.chance(0.5)
                    ? .clockOffset(host: host, by: dice.unit() * 1_200 - 600)
                    : .clockDrift(host: host, partsPerMillion: dice.unit() * 1_000 - 500)
            case .keys: return .keyRotation(stepEvery: .seconds(dice.logUniform(0.2, 5)))
            case .names:
                return .names(dice.pick([.stale, .partial, .empty, .foreign]) ?? .empty)
            case .controlPlane: return .controlPlane(Self.trouble(dice: &dice))
            case .computes: return .computeCrash(endpoint: dice.index(below: endpoints))
            }
        }

        private static func clogs(hosts: Int, from start: Moment, to end: Moment, dice: inout Dice) -> [Fault.Clog] {
            let chosen = dice.sample(1 + dice.index(below: hosts), below: hosts)
            let stops = chosen.map { _ in start + dice.span(.zero, (end - start) * 0.5) }.sorted()
            let middle = start + (end - start) * 0.5
            return zip(chosen, stops).map { host, stop in
                Fault.Clog(host: host, start: stop, end: middle + dice.span(.zero, end - middle))
            }
        }

        private static func trouble(dice: inout Dice) -> Fault.ControlPlaneTrouble {
            switch dice.index(below: 4) {
            case 0: .slow(.seconds(dice.logUniform(0.2, 10)))
            case 1: .errors(share: dice.logUniform(0.1, 1))
            case 2: .executesTwice(share: dice.logUniform(0.1, 1))
            default: .ignoresKeys
            }
        }
    }
}
