/// How large the local file cache may be on a machine with so much memory.
package enum FileCacheSize {
    private static let mebibyte: UInt64 = 1 << 20
    /// For everything that is no cache.
    private static let reserve: UInt64 = 256 << 20

    /// The smaller of three quarters of all memory, and what is left of it after a reserve and a tenth for the cache's own
    /// bookkeeping; in whole MiB.
    ///
    /// - Parameter limit: `neon.max_file_cache_size`; `nil`: none.
    package static func bytes(memory: UInt64, limit: UInt64? = nil) -> UInt64 {
        let afterReserve = memory > reserve ? (memory - reserve) / 11 * 10 : 0
        let size = min(afterReserve, memory / 4 * 3, limit ?? .max)
        return size / mebibyte * mebibyte
    }

    /// - Returns: in MiB; `nil` for a compute whose spec names no such cache, or wants it left alone.
    static func mebibytes(memory: UInt64, for spec: ComputeSpec) -> UInt64? {
        guard !spec.isFileCacheResizingDisabled,
            let limit = spec.cluster.setting(ComputeSpec.NeonSetting.maxFileCacheSize)?.value.flatMap(size)
        else { return nil }
        return bytes(memory: memory, limit: limit) / mebibyte
    }

    /// As Postgres reads a size whose unit is a MiB when none stands behind it.
    static func size(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let shift: UInt64? =
            switch text.dropFirst(digits.count).filter({ $0 != " " }) {
            case "kB": 10
            case "", "MB": 20
            case "GB": 30
            case "TB": 40
            default: nil  // A word of the spec's author.
            }
        guard let number = UInt64(digits), let shift else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }
}
