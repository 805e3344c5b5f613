/// Reads a tar archive as it comes, however it is cut. Nothing is written anywhere, and no more is kept than a block.
///
/// Plain files and directories only: whatever else an archive can hold is refused, because nothing that we unpack needs
/// it and each of it is a way out of the folder. PostgreSQL, “File System Level Backup”, and `pg_basebackup` make such.
package struct TarReader: Sendable {
    package struct Limits: Sendable {
        /// Files and directories. A database of 100,000 tables is below half a million.
        package var entries = 2_000_000
        /// Bytes of one file; PostgreSQL's own are at most 1 GiB.
        package var fileSize = 1 << 30
        /// Bytes of the whole archive.
        package var totalSize = 64 << 30

        package init() {}
    }

    package enum Event: Equatable, Sendable {
        case directory(TarPath)
        case fileBegan(TarPath, size: Int)
        /// The next bytes of the file that began last; never empty.
        case fileBytes(ArraySlice<UInt8>)
        case fileEnded
    }

    private enum State {
        case header
        /// Bytes of the file still to come, and of its padding.
        case file(rest: Int, padding: Int)
        case padding(rest: Int)
    }

    private let limits: Limits
    private var state = State.header
    /// A header that is not whole yet.
    private var partial: [UInt8] = []
    private var entryCount = 0
    private var byteCount = 0
    /// Zero blocks in a row, just now: two of them end an archive.
    private var zeroBlocks = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// - Returns: what became known, in order.
    package mutating func take(_ bytes: [UInt8]) throws(TarFailure) -> [Event] {
        byteCount += bytes.count
        guard byteCount <= limits.totalSize else { throw .tooLarge(limit: limits.totalSize) }
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header:
                let missing = TarHeader.byteCount - partial.count
                partial += rest.prefix(missing)
                rest = rest.dropFirst(missing)
                guard partial.count == TarHeader.byteCount else { return events }
                try headerReceived(partial, &events)
                partial.removeAll(keepingCapacity: true)
            case .file(let size, let padding):
                let piece = rest.prefix(size)
                rest = rest.dropFirst(size)
                events.append(.fileBytes(piece))
                if piece.count < size {
                    state = .file(rest: size - piece.count, padding: padding)
                } else {
                    events.append(.fileEnded)
                    state = padding > 0 ? .padding(rest: padding) : .header
                }
            case .padding(let size):
                let skipped = min(size, rest.count)
                rest = rest.dropFirst(skipped)
                state = skipped < size ? .padding(rest: size - skipped) : .header
            }
        }
        return events
    }

    /// The stream has ended.
    package func finish() throws(TarFailure) {
        guard case .header = state, partial.isEmpty, zeroBlocks >= 2 else { throw .truncated }
    }

    private mutating func headerReceived(_ block: [UInt8], _ events: inout [Event]) throws(TarFailure) {
        // Zero blocks are read over wherever they stand, so that what comes late in the stream is still noticed.
        guard block.contains(where: { $0 != 0 }) else {
            zeroBlocks += 1
            return
        }
        zeroBlocks = 0
        entryCount += 1
        guard entryCount <= limits.entries else { throw .tooManyEntries(limit: limits.entries) }
        let header = try TarHeader(block)
        let path = try TarPath(header.path, allowsTrailingSlash: header.kind == .directory)
        switch header.kind {
        case .directory:
            guard header.size == 0 else { throw .badSize }
            events.append(.directory(path))
        case .file:
            guard header.size <= limits.fileSize else {
                throw .fileTooLarge(path.description, size: header.size, limit: limits.fileSize)
            }
            events.append(.fileBegan(path, size: header.size))
            guard header.size > 0 else { return events.append(.fileEnded) }
            let padding = (TarHeader.byteCount - header.size % TarHeader.byteCount) % TarHeader.byteCount
            state = .file(rest: header.size, padding: padding)
        }
    }
}
