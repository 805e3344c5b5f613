internal import Archive
internal import Glibc

/// Puts a base backup into a folder as it comes, packed or not.
///
/// The folder is ours alone until the backup is whole and found good; nothing in it is a link, so that no path in it leads
/// out. Files are made, never opened: a name that comes twice is refused.
actor BackupUnpacker {
    /// What has come so far.
    struct Progress: Equatable, Sendable {
        /// As received, and as written.
        var receivedBytes = 0
        var writtenBytes = 0
        var files = 0
    }

    private struct OpenFile {
        let path: TarPath
        let descriptor: CInt
        var content: [UInt8]?
    }

    private let folder: String
    private let owner: SystemUser?
    private var gunzip: Gunzip
    private var tar: TarReader
    private var check: BackupCheck
    private var file: OpenFile?
    /// The stream's first bytes, until they say whether it is packed.
    private var head: [UInt8] = []
    private var isPacked: Bool?
    private(set) var progress = Progress()

    /// - Parameter folder: empty, mode 0700.
    init(into folder: String, owner: SystemUser?, expectedVersion: String, limits: TarReader.Limits) throws {
        self.folder = folder
        self.owner = owner
        gunzip = try Gunzip()
        tar = TarReader(limits: limits)
        check = BackupCheck(expectedVersion: expectedVersion)
    }

    deinit {
        if let file { close(file.descriptor) }
    }

    /// The next bytes, cut anywhere.
    func take(_ bytes: [UInt8]) throws {
        progress.receivedBytes += bytes.count
        guard isPacked == nil else { return try unpack(bytes) }
        head += bytes
        guard head.count >= Gunzip.magic.count else { return }
        isPacked = head.starts(with: Gunzip.magic)
        defer { head = [] }
        try unpack(head)
    }

    /// The stream has ended.
    func finish() throws {
        if isPacked == true { try gunzip.finish() }
        try tar.finish()
        try check.finish()
        // What is there under the older name alone is read under the newer one.
        let (newer, older) = (BackupCheck.signalFiles[0], BackupCheck.signalFiles[1])
        if !check.signals.contains(newer) {
            guard let text = OwnedFile.read(place(older)) else {
                throw StorageFailure(.cannotRead, "\(place(older)): cannot be read")
            }
            try OwnedFile.write(text, to: place(newer), owner: owner)
        }
    }

    private func unpack(_ bytes: [UInt8]) throws {
        guard isPacked == true else { return try write(bytes) }
        gunzip.push(bytes)
        while let piece = try gunzip.next() {
            try Task.checkCancellation()
            try write(piece)
        }
    }

    private func write(_ bytes: [UInt8]) throws {
        for event in try tar.take(bytes) {
            switch event {
            case .directory(let path): try makeFolders(path.names)
            case .fileBegan(let path, let size):
                try check.fileBegan(path, size: size)
                try begin(path)
            case .fileBytes(let bytes):
                guard let file else { continue }
                try OwnedFile.writeAll(bytes, to: file.descriptor, place(file.path.description))
                self.file?.content? += bytes
                progress.writtenBytes += bytes.count
            case .fileEnded:
                guard let file = file.take() else { continue }
                close(file.descriptor)
                progress.files += 1
                if let content = file.content { try check.contentReceived(file.path, content) }
            }
        }
    }

    private func begin(_ path: TarPath) throws {
        try makeFolders(path.names.dropLast())
        let place = place(path.description)
        let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageFailure(.cannotWrite, place, errno: errno) }
        file = OpenFile(
            path: path, descriptor: descriptor, content: BackupCheck.isContentWanted(path) ? [] : nil)
        if let owner, fchown(descriptor, owner.uid, owner.gid) != 0 {
            throw StorageFailure(.cannotWrite, place, errno: errno)
        }
    }

    /// Makes those that are missing; an archive need not list a file's folder before the file.
    private func makeFolders(_ names: some Sequence<String>) throws {
        var place = folder
        for name in names {
            place += "/" + name
            guard mkdir(place, 0o700) != 0 else {
                if let owner, chown(place, owner.uid, owner.gid) != 0 {
                    throw StorageFailure(.cannotWrite, place, errno: errno)
                }
                continue
            }
            guard errno == EEXIST else { throw StorageFailure(.cannotCreate, place, errno: errno) }
        }
    }

    private func place(_ path: String) -> String { folder + "/" + path }
}
