import Archive
import TestKit
import Testing

@testable import ComputeAgent

@Suite struct BackupCheckTests {
    private enum Part { case file(String, String), sized(String, Int) }

    private static let good: [Part] = [
        .file("PG_VERSION", "15\n"), .sized("base/1/PG_VERSION", 3), .file("zenith.signal", "PREV LSN: 0/16E4018"),
        .sized("global/pg_control", 8192), .sized("pg_wal/000000010000000000000001", 16_777_216),
    ]

    /// Paths are made by reading them from an archive, as they are in life.
    private static func path(_ text: String) throws -> TarPath {
        var reader = TarReader()
        guard case .fileBegan(let path, _) = try reader.take(TarBlock.header(text)).first else {
            throw TarFailure.badPath(text)
        }
        return path
    }

    private static func flaw(in parts: [Part]) throws -> BackupCheck.Flaw? {
        var check = BackupCheck(expectedVersion: "15")
        do {
            for part in parts {
                switch part {
                case .sized(let name, let size): try check.fileBegan(try path(name), size: size)
                case .file(let name, let content):
                    let path = try path(name)
                    try check.fileBegan(path, size: content.utf8.count)
                    if BackupCheck.isContentWanted(path) { try check.contentReceived(path, Array(content.utf8)) }
                }
            }
            try check.finish()
            return nil
        } catch let flaw as BackupCheck.Flaw {
            return flaw
        }
    }

    @Test func `what a pageserver sends is fit`() throws {
        #expect(try Self.flaw(in: Self.good) == nil)
        for text in ["none", "invalid", "0/0", "A/B\n"] {
            #expect(try Self.flaw(in: [.file("neon.signal", "PREV LSN: \(text)")] + Self.good) == nil)
        }
    }

    @Test func `what is missing is missed`() throws {
        #expect(try Self.flaw(in: []) == .noVersion)
        #expect(try Self.flaw(in: Array(Self.good.dropFirst())) == .noVersion)
        #expect(try Self.flaw(in: Array(Self.good[..<3])) == .noControlFile)
        #expect(try Self.flaw(in: [Self.good[0], Self.good[3]]) == .noSignal)
    }

    @Test func `what is wrong is refused`() throws {
        #expect(
            try Self.flaw(in: [.file("PG_VERSION", "14\n")]) == .wrongVersion(found: "14", expected: "15"))
        #expect(try Self.flaw(in: [.sized("global/pg_control", 0)]) == .controlFileSize(0))
        #expect(
            try Self.flaw(in: Self.good + [.sized("base/1/2", 1)]) == .behindControlFile("base/1/2"))
        #expect(
            try Self.flaw(in: Self.good + [.sized("global/pg_control", 8192)])
                == .behindControlFile("global/pg_control"))
        for name in ["postmaster.pid", "standby.signal", "recovery.signal", "postmaster.opts"] {
            #expect(try Self.flaw(in: [.sized(name, 0)]) == .unwanted(name))
        }
        for text in ["", "PREV LSN: ", "PREV LSN: 12", "NEXT LSN: 0/0", "PREV LSN: none\nand more"] {
            #expect(try Self.flaw(in: [.file("neon.signal", text)]) == .badSignal(text))
        }
        #expect(try Self.flaw(in: [.sized("neon.signal", 257)]) == .badSignal("neon.signal, 257 bytes"))
    }

    @Test func `a command says what is wanted`() {
        var timeline = RemoteTimeline(
            tenantID: "aa", timelineID: "bb", token: nil,
            pageservers: .init(shardCount: 0, stripeSize: nil, shards: []),
            safekeepers: [], mode: .primary)
        let command = { BasebackupRequest(timeline: timeline, lsn: $0).command }
        #expect(command(nil) == "basebackup aa bb --gzip")
        #expect(command(LSN(0)) == "basebackup aa bb --gzip")
        #expect(command(LSN(0x16E4018)) == "basebackup aa bb 0/16E4018 --gzip")
        timeline.mode = .replica
        #expect(BasebackupRequest(timeline: timeline, lsn: nil).command == "basebackup aa bb --gzip --replica")
        timeline.mode = .static(LSN(5))
        #expect(BasebackupRequest(timeline: timeline, lsn: LSN(5)).command == "basebackup aa bb 0/5 --gzip --replica")
    }

    @Test func `a program's version is what PG_VERSION has`() {
        #expect(PostgresBinaries.majorVersion(in: "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n") == "15")
        #expect(PostgresBinaries.majorVersion(in: "postgres (PostgreSQL) 18beta1") == "18")
        #expect(PostgresBinaries.majorVersion(in: "postgres 15") == nil)
        #expect(PostgresBinaries.majorVersion(in: "postgres (PostgreSQL) devel") == nil)
    }
}
