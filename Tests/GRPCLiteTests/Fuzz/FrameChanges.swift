import TestKit

extension SeededDice {
    /// Changes whole frames among bytes that are frames: what they say, what they are, whose they are, and their order.
    mutating func changed(frames bytes: [UInt8]) -> [UInt8] {
        var frames = Self.frames(of: bytes)
        for _ in 0..<Int.random(in: 1...3, using: &self) where !frames.isEmpty {
            let place = Int.random(in: frames.indices, using: &self)
            // An earlier change may have left less than a head.
            guard frames[place].count >= 9 else { continue }
            switch Int.random(in: 0..<10, using: &self) {
            case 0: frames.remove(at: place)
            case 1: frames.insert(frames[place], at: Int.random(in: frames.indices, using: &self))
            case 2: frames.swapAt(place, Int.random(in: frames.indices, using: &self))
            case 3: frames[place][3] = UInt8.random(in: 0...11, using: &self)
            case 4: frames[place][4] ^= 1 << UInt8.random(in: 0..<6, using: &self)
            case 5: frames[place][8] = UInt8.random(in: 0...15, using: &self)
            case 6: frames.insert(strangeFrame(), at: place)
            // Shorter or longer than its head says.
            case 7: frames[place] = mutated(frames[place])
            // What it says, its length being right.
            default: changePayload(of: &frames[place])
            }
        }
        return Array(frames.joined())
    }

    private mutating func changePayload(of frame: inout [UInt8]) {
        let payload = mutated(Array(frame.dropFirst(9)))
        frame = HostilePeer.frame(frame[3], flags: frame[4], payload: payload).prefix(5) + frame[5..<9] + payload
    }

    private mutating func strangeFrame() -> [UInt8] {
        let stream = Int.random(in: 0...15, using: &self)
        return switch Int.random(in: 0..<6, using: &self) {
        case 0: HostilePeer.reset(stream)
        case 1: HostilePeer.frame(8, stream: stream, payload: bytes(4...4))
        case 2: HostilePeer.frame(6, flags: chance(2) ? 1 : 0, payload: bytes(8...8))
        case 3: HostilePeer.frame(7, payload: [0, 0, 0, UInt8.random(in: 0...15, using: &self), 0, 0, 0, 0])
        case 4: HostilePeer.frame(4, payload: [0, UInt8.random(in: 1...6, using: &self)] + bytes(4...4))
        default:
            HostilePeer.frame(
                UInt8.random(in: 0...255, using: &self), flags: UInt8.random(in: 0...255, using: &self), stream: stream,
                payload: bytes(0...40))
        }
    }

    /// The client's preface is one of them; what is no whole frame, too.
    private static func frames(of bytes: [UInt8]) -> [[UInt8]] {
        var (frames, rest) = ([[UInt8]](), bytes[...])
        if rest.starts(with: HostilePeer.preface) {
            frames.append(HostilePeer.preface)
            rest = rest.dropFirst(HostilePeer.preface.count)
        }
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = 9 + (Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]))
            frames.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return frames + (rest.isEmpty ? [] : [Array(rest)])
    }
}
