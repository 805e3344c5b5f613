/// What a compute would like to be given.
package struct ScaleWish: Equatable, Sendable {
    package var memoryBytes: UInt64
    package var limitBytes: UInt64
    package var usedBytes: UInt64
    /// Of the time, in thousandths.
    package var stallPermille: UInt32
    /// In a few words.
    package var reason: String

    package init(memoryBytes: UInt64, limitBytes: UInt64, usedBytes: UInt64, stallPermille: UInt32, reason: String) {
        self.memoryBytes = memoryBytes
        self.limitBytes = limitBytes
        self.usedBytes = usedBytes
        self.stallPermille = stallPermille
        self.reason = reason
    }
}
