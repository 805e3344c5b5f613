internal import Archive

/// What a pageserver may ask of us while it sends a base backup.
package struct BasebackupLimits: Sendable {
    /// For name, dial and login together.
    package var connectLimit: Duration = .seconds(5)
    /// How long it may send nothing. It waits itself until the LSN has reached it.
    package var silenceLimit: Duration = .seconds(60)
    /// From dial to the last byte.
    package var wholeLimit: Duration = .seconds(600)
    /// Bytes of all of it, unpacked.
    package var sizeLimit = 64 << 30

    package init() {}

    var archive: TarReader.Limits {
        var limits = TarReader.Limits()
        limits.totalSize = sizeLimit
        return limits
    }
}
