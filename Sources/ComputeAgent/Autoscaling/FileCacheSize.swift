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
}
