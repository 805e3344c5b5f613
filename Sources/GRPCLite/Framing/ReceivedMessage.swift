/// One message as it came. It stays compressed until its reader takes it, so that what waits costs no more than what the
/// sender's window allowed.
struct ReceivedMessage: Sendable, Equatable {
    var bytes: [UInt8]
    var isCompressed: Bool

    init(_ bytes: [UInt8], isCompressed: Bool = false) {
        self.bytes = bytes
        self.isCompressed = isCompressed
    }

    /// Bytes of memory while it waits: beside its own, an array's head and a place in a list. A message of one byte is six on
    /// the wire.
    var cost: Int { bytes.count + 64 }
}
