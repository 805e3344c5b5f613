/// What the kernel promises about memory. Linux, “Overcommit Accounting”.
enum KernelMemory {
    /// Whether it promises no more than it has: then shared memory that is reserved and not used counts, and Postgres keeps
    /// what it shares dynamically in files instead.
    static var isStrict: Bool { isStrict(OwnedFile.read("/proc/sys/vm/overcommit_memory")) }

    static func isStrict(_ setting: [UInt8]?) -> Bool {
        setting.map { String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace) == ["2"] } ?? false
    }
}
