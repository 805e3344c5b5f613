internal import Archive
internal import GRPCLite
internal import Glibc
internal import Logging
internal import NIOCore
internal import PostgresWire
internal import SidecarAPI
internal import Transport

/// Gets a base backup into a folder, from whichever pageserver gives it.
struct BasebackupFetcher: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What it took, for the figures of a start.
    struct Outcome: Sendable {
        var source: PageserverAddress
        var receivedBytes: Int
        var took: Duration
        /// Until the pageserver's first bytes, in the attempt that worked.
        var firstBytesTook: Duration
    }

    let request: BasebackupRequest
    let link: PageserverLink
    /// Made, and on failure removed.
    let folder: String
    let owner: SystemUser?
    /// Of the program that is to read it, `15`.
    let expectedVersion: String
    let limits: BasebackupLimits
    let log: Logger

    private static let progressInterval: Duration = .seconds(2)

    /// Whatever fails, the folder is gone afterwards; so it is after cancellation.
    func fetch() async throws -> Outcome {
        guard let shard = request.timeline.pageservers.shards.first else {
            throw Failure(description: "the spec names no pageserver")
        }
        var plan = BasebackupPlan(ways: request.timeline.ways(to: shard))
        var step = plan.begin()
        var complaints: [String] = []
        do {
            while true {
                let address: PageserverAddress
                switch step {
                case .ask(let next): address = next
                case .pause(let pause, let next):
                    // So that a fleet whose pageserver was away does not come back as one.
                    try await Task.sleep(for: pause * Double.random(in: 0.75...1.25))
                    address = next
                case .giveUp:
                    throw Failure(description: "no base backup: " + complaints.suffix(4).joined(separator: "; "))
                }
                do {
                    return try await attempt(address, shard.index)
                } catch {
                    try Task.checkCancellation()
                    complaints.append("\(address): \(error)")
                    log.warning(
                        "no base backup from here", metadata: ["pageserver": "\(address)", "error": "\(error)"])
                    step = plan.failed(Self.judge(error))
                }
            }
        } catch {
            try FileTree.remove(folder)
            throw error
        }
    }

    private func attempt(_ address: PageserverAddress, _ shard: ShardIndex) async throws -> Outcome {
        let began = ContinuousClock.now
        try FileTree.remove(folder)
        guard mkdir(folder, 0o700) == 0 else { throw StorageFailure(.cannotCreate, folder, errno: errno) }
        let unpacker = try BackupUnpacker(
            into: folder, owner: owner, expectedVersion: expectedVersion, limits: limits.archive)
        let stopwatch = Stopwatch()
        do {
            try await Deadline.run(until: began + limits.wholeLimit, silenceLimit: limits.silenceLimit) { pulse in
                try await stream(from: address, shard) { bytes in
                    stopwatch.noteFirst()
                    try await unpacker.take(bytes)
                    if stopwatch.isDue(each: Self.progressInterval) {
                        let progress = await unpacker.progress
                        log.info(
                            "base backup is coming",
                            metadata: ["bytes": "\(progress.receivedBytes)", "written": "\(progress.writtenBytes)"])
                    }
                    pulse.beat()
                }
            }
        } catch is Deadline.Passed {
            let received = await unpacker.progress.receivedBytes
            throw Failure(description: "is not whole after \(limits.wholeLimit), with \(received) bytes of it here")
        } catch is Deadline.Silent {
            let received = await unpacker.progress.receivedBytes
            throw Failure(description: "nothing more for \(limits.silenceLimit), with \(received) bytes of it here")
        }
        try await unpacker.finish()
        let progress = await unpacker.progress
        log.info(
            "base backup is here",
            metadata: [
                "pageserver": "\(address)", "bytes": "\(progress.receivedBytes)", "files": "\(progress.files)",
                "took": "\(began.duration(to: .now))",
            ])
        return Outcome(
            source: address, receivedBytes: progress.receivedBytes, took: began.duration(to: .now),
            firstBytesTook: stopwatch.untilFirst)
    }

    private func stream(
        from address: PageserverAddress, _ shard: ShardIndex, _ take: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        switch address.wire {
        case .libpq:
            let connection = try await link.connect(to: address)
            do {
                try await connection.copyOut(request.command) { try await take(Array($0.readableBytesView)) }
                await connection.close()
            } catch {
                await connection.close()
                throw error
            }
        case .grpc:
            let question = PageAPI.GetBaseBackupRequest(
                lsn: request.lsnNumber, replica: request.isReplica, compression: .gzip)
            try await link.call(address) { client in
                let chunks = try await client.getBaseBackup(
                    // Our own deadline is the earlier one, and says more.
                    question, options: link.options(for: shard, timeout: limits.wholeLimit + .seconds(1)))
                for try await chunk in chunks { try await take(chunk.chunk) }
            }
        }
    }

    /// Whether asking again, or asking somebody else, can help.
    static func judge(_ error: any Error) -> BasebackupPlan.Failure {
        switch error {
        case is StorageFailure: .hopeless
        case is BackupCheck.Flaw, is PageserverLink.NoTrust: .lasting
        case TarFailure.truncated, Gunzip.Failure.truncated: .passing
        case is TarFailure: .lasting
        case let status as GRPCStatus: lastingCodes.contains(status.code) ? .lasting : .passing
        case let error as PostgresServerError: error.sqlState.isAboutAuthorization ? .lasting : .passing
        case let failure as UpstreamFailure:
            if case .rejected(let response, _) = failure.reason, response.sqlState.isAboutAuthorization {
                .lasting
            } else {
                .passing
            }
        default: .passing  // The network's and the clock's errors are an open set.
        }
    }

    private static let lastingCodes: Set<GRPCStatus.Code> = [
        .unauthenticated, .permissionDenied, .invalidArgument, .failedPrecondition, .outOfRange, .unimplemented,
    ]
}

extension SQLState {
    /// Class 28. PostgreSQL, Appendix A.
    fileprivate var isAboutAuthorization: Bool { text.hasPrefix("28") }
}
