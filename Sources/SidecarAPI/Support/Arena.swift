internal import CProtobufC

/// The memory of one message in C's shape: taken piece by piece, given back all at once.
///
/// protobuf-c asks for every string, submessage and list through an allocator; with this one behind it, a message from a
/// stranger cannot take more than `limit`, whatever its bytes claim, and nothing has to be freed one by one. Each piece is
/// preceded by its length, which is how a string with a NUL inside is told from a shorter one.
@safe final class Arena {
    /// The first chunk; each later one is twice as large as the last.
    private static let firstChunkSize = 2 << 10
    /// What every piece begins at a multiple of: the strictest need of any C type in a message.
    private static let alignment = 8

    /// What a message may take unpacked: 16 times its own bytes, and 64 KiB for the small ones. Real messages stay far
    /// below; a list of empty submessages, at two bytes each, does not.
    static func limit(forMessageOf byteCount: Int) -> Int { 16 * byteCount + (64 << 10) }

    /// Bytes that all chunks together may take.
    let limit: Int
    /// An allocation was refused.
    private(set) var isExhausted = false

    private var chunks: [UnsafeMutableRawBufferPointer] = unsafe []
    private var usedOfLast = 0
    private var total = 0

    init(limit: Int = .max) {
        self.limit = limit
    }

    deinit {
        unsafe chunks.forEach { unsafe $0.deallocate() }
    }

    /// - Returns: zeroed memory that lives as long as the arena; `nil`, and `isExhausted`, when it would pass the limit.
    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount >= 0, byteCount <= limit, byteCount < .max / 4, let place = unsafe takePlace(for: byteCount)
        else {
            isExhausted = true
            return nil
        }
        unsafe place.storeBytes(of: byteCount, as: Int.self)
        return unsafe place + Self.alignment
    }

    /// The length that a piece was asked with.
    ///
    /// - Parameter piece: must be one that `allocate` returned.
    func length(of piece: UnsafeRawPointer) -> Int {
        unsafe (piece - Self.alignment).load(as: Int.self)
    }

    /// Whether the address is in here. protobuf-c points unset strings at a constant of its own instead.
    func owns(_ address: UnsafeRawPointer) -> Bool {
        unsafe chunks.contains { chunk in
            guard let base = chunk.baseAddress else { return false }
            return unsafe address >= UnsafeRawPointer(base) && address < UnsafeRawPointer(base + chunk.count)
        }
    }

    /// Lets protobuf-c allocate here during `body`.
    func asAllocator<Result>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result) -> Result {
        var allocator = unsafe ProtobufCAllocator(
            alloc: { arena, byteCount in
                guard let arena = unsafe arena else { return nil }
                return unsafe Unmanaged<Arena>.fromOpaque(arena).takeUnretainedValue().allocate(byteCount)
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque())
        return withExtendedLifetime(self) { unsafe withUnsafeMutablePointer(to: &allocator, body) }
    }

    private func takePlace(for byteCount: Int) -> UnsafeMutableRawPointer? {
        let rounded = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        let needed = rounded + Self.alignment
        if unsafe (chunks.last?.count ?? 0) - usedOfLast < needed {
            guard addChunk(atLeast: needed) else { return nil }
        }
        defer { usedOfLast += needed }
        return unsafe chunks.last?.baseAddress.map { unsafe $0 + usedOfLast }
    }

    private func addChunk(atLeast needed: Int) -> Bool {
        let doubled = unsafe (chunks.last?.count ?? Self.firstChunkSize / 2) * 2
        let size = min(max(doubled, needed), limit - total)
        guard size >= needed else { return false }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: Self.alignment)
        unsafe chunk.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe chunks.append(chunk)
        (usedOfLast, total) = (0, total + size)
        return true
    }
}
