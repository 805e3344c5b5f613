/// Which hosts cannot send to which: a partition as data.
package struct Cut: Equatable, Sendable, CustomStringConvertible {
    package enum Shape: Equatable, Sendable {
        /// Hosts of different groups do not hear each other.
        case groups
        /// Group 0 hears the others, the others do not hear group 0.
        case oneWay
        /// Each hears only those at most this far away on a ring: A–B and B–C, but not A–C.
        case ring(reach: Int)
    }

    package var shape: Shape
    /// The group of each host, or its place on the ring. Hosts beyond the end are cut off from nobody.
    package var places: [Int]

    package init(_ shape: Shape, places: [Int]) {
        self.shape = shape
        self.places = places
    }

    package func blocks(from sender: Int, to receiver: Int) -> Bool {
        guard sender < places.count, receiver < places.count, sender != receiver else { return false }
        let (from, to) = (places[sender], places[receiver])
        switch shape {
        case .groups: return from != to
        case .oneWay: return from == 0 && to != 0
        case .ring(let reach):
            let distance = abs(from - to)
            return min(distance, places.count - distance) > reach
        }
    }

    package static func draw(hosts: Int, dice: inout Dice) -> Cut {
        switch dice.index(below: 5) {
        case 0: return alone(dice.index(below: hosts), hosts: hosts, shape: .groups)
        case 1: return alone(dice.index(below: hosts), hosts: hosts, shape: .oneWay)
        case 2:
            let order = dice.sample(hosts, below: hosts)
            return Cut(.ring(reach: max(1, hosts / 5)), places: order)
        case 3: return Cut(.oneWay, places: (0..<hosts).map { _ in dice.index(below: 2) })
        default:
            let sides = 2 + dice.index(below: min(2, hosts - 1))
            return Cut(.groups, places: (0..<hosts).map { _ in dice.index(below: sides) })
        }
    }

    private static func alone(_ host: Int, hosts: Int, shape: Shape) -> Cut {
        Cut(shape, places: (0..<hosts).map { $0 == host ? 0 : 1 })
    }

    package var description: String {
        let shown = places.count <= 20 ? places.map(String.init).joined() : "\(places.count) hosts"
        switch shape {
        case .groups: return "cut into \(shown)"
        case .oneWay: return "0 unheard in \(shown)"
        case .ring(let reach): return "ring \(places.count <= 20 ? "\(places)" : shown) reach \(reach)"
        }
    }
}
