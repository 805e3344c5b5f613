/// Room for frames, filled from the front.
@safe struct FrameRoom {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var used: Int

    /// None.
    init() {
        unsafe bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        used = 0
    }

    /// - Parameter bytes: stays good for as long as this is used.
    @unsafe init(_ bytes: UnsafeMutableRawBufferPointer, used: Int) {
        unsafe self.bytes = unsafe bytes
        self.used = used
    }

    var left: Int { unsafe bytes.count - used }

    /// - Parameter source: no longer than there is room.
    mutating func append(_ source: UnsafeRawBufferPointer) {
        unsafe take(source.count).copyMemory(from: source)
    }

    /// - Parameter count: no more than there is room.
    /// - Returns: the next bytes, all to be filled.
    mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
        // What follows is checked in debug builds alone.
        precondition(count <= left, "a frame is longer than the room for it")
        defer { used += count }
        return unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + count])
    }
}
