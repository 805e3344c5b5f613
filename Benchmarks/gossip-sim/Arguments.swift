#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

func exitProcess(_ code: Int32) -> Never { exit(code) }

/// The command and its options, each `--name value`.
struct Arguments {
    static let usage = """
        gossip-sim sweep --nodes N --seeds A..B        runs of whole fleets with faults; the first failures and their replay
        gossip-sim replay --nodes N --seed S           one of them, with its transcript
        gossip-sim shrink --nodes N --seed S           the faults without which a failure does not happen
        gossip-sim agents --nodes N --seeds A..B       the same with agents that are killed beside it; of one seed, with its
                                                       transcript; --moments 1: killed once at every point of a life;
                                                       --mistake M: with that done wrong
        gossip-sim spread --nodes N --loss P --messages M     time until every member knows
        gossip-sim detect --nodes N --loss P --trials T       time until a killed member is found out
        gossip-sim heal --nodes N --cut S --trials T          time until a fleet that was cut in two agrees again
        gossip-sim false-verdicts --nodes N --loss P --hours H
        gossip-sim idle --nodes N --seconds S          traffic of a fleet with nothing to say
        gossip-sim queue                               events a second of the event queue alone
        All take --seed S (1). The same arguments give the same output, but for the times of this machine.
        """

    let command: String
    private let options: [String: String]

    init(_ words: some Sequence<String>) {
        let words = Array(words)
        command = words.first ?? ""
        var options: [String: String] = [:]
        for (name, value) in zip(words.dropFirst(), words.dropFirst(2)) where name.hasPrefix("--") {
            options[String(name.dropFirst(2))] = value
        }
        self.options = options
    }

    func int(_ name: String, _ standard: Int) -> Int { options[name].map { Int($0) ?? refuse(name, $0) } ?? standard }
    func double(_ name: String, _ standard: Double) -> Double {
        options[name].map { Double($0) ?? refuse(name, $0) } ?? standard
    }

    /// `1,2,5`.
    func ints(_ name: String) -> [Int] { options[name].map { $0.split(separator: ",").compactMap { Int($0) } } ?? [] }

    /// One of a few words; `nil` when it is not given.
    func word<Word: RawRepresentable<String>>(_ name: String, of type: Word.Type) -> Word? {
        options[name].map { Word(rawValue: $0) ?? refuse(name, $0) }
    }

    var seed: UInt64 { UInt64(clamping: int("seed", 1)) }

    /// `A..B`, both included.
    func seeds(_ standard: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
        guard let text = options["seeds"] else { return standard }
        let ends = text.split(separator: ".", omittingEmptySubsequences: true).compactMap { UInt64($0) }
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first <= last else {
            return refuse("seeds", text)
        }
        return first...last
    }

    private func refuse<Value>(_ name: String, _ value: String) -> Value {
        print("gossip-sim: --\(name) cannot be \(value)")
        exitProcess(64)
    }
}
