/// An archive that is not one, or that wants what nobody should be given.
package enum TarFailure: Error, Equatable {
    case badChecksum
    case badSize
    /// Symbolic or hard, with its name.
    case link(String)
    /// A device, a pipe, an extension header: everything but files and directories.
    case unsupportedType(UInt8)
    /// Absolute, or out of the folder by `..`, or made of bytes that do not print, or too long or too deep.
    case badPath(String)
    case tooManyEntries(limit: Int)
    case fileTooLarge(String, size: Int, limit: Int)
    case tooLarge(limit: Int)
    /// It ended inside a block or a file, or without the two zero blocks at the end.
    case truncated
}
