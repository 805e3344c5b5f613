internal import SystemPackage

extension FileDescriptor {
    /// At once, also into a pipe, where `print` would keep it back.
    func write(line: String) throws {
        try writeAll((line + "\n").utf8)
    }

    /// What can be read until the end comes.
    ///
    /// - Parameter limit: bytes; what is behind them is left where it is.
    func bytes(upTo limit: Int = .max) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = try chunk.withUnsafeMutableBytes {
                try read(into: .init(rebasing: $0.prefix(limit - bytes.count)))
            }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
