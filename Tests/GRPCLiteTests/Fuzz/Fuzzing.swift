import Foundation
import TestKit

/// How much fuzzing a run does: a little in the ordinary tests, and as much as is asked for by the environment.
enum Fuzzing {
    /// `GRPC_FUZZ_INPUTS`: inputs for each of the fuzzers.
    static var inputs: Int {
        ProcessInfo.processInfo.environment["GRPC_FUZZ_INPUTS"].flatMap { Int($0) } ?? 300
    }

    /// `GRPC_FUZZ_SEED`: where the dice begin. A failure names the seed of its input.
    static var seed: UInt64 {
        ProcessInfo.processInfo.environment["GRPC_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    }
}

extension SeededDice {
    mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func chance(_ part: Int) -> Bool {
        Int.random(in: 0..<part, using: &self) == 0
    }

    /// Changes, drops and doubles bytes here and there.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
            case 2: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes[place...].prefix(Int.random(in: 1...16, using: &self)), at: place)
            }
        }
        return bytes
    }
}
