/// Where the write-ahead log of a compute ends, or why nobody knows.
package enum FinalPosition: Equatable, Sendable, CustomStringConvertible {
    /// Of the shutdown checkpoint, or what a quorum of safekeepers has: nothing was written after it.
    case at(LSN)
    /// Says why. Never taken for a position.
    case notObtained(String)

    package var description: String {
        switch self {
        case .at(let position): "\(position)"
        case .notObtained(let why): "not obtained: \(why)"
        }
    }
}
