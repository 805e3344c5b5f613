import Foundation
import TestKit
import Testing

@testable import ComputeAgent

private let mebibyte: UInt64 = 1 << 20
private let gibibyte: UInt64 = 1 << 30

struct MemoryGovernorTests {
    private let start = ContinuousClock.now

    private func governor(total: UInt64 = gibibyte, used: UInt64) -> MemoryGovernor {
        var governor = MemoryGovernor(totalBytes: total)
        for _ in 0..<MemoryGovernor.sampleCount { _ = governor.sampled(used, at: start) }
        return governor
    }

    private func target(_ bytes: UInt64) -> MonitorResources { MonitorResources(processors: 1, memoryBytes: bytes) }

    @Test func `more is asked for at the threshold, once a second`() {
        var governor = MemoryGovernor(totalBytes: gibibyte)
        let used = gibibyte / 100 * 85
        let answers = (0..<40).map { governor.sampled(used, at: start + .milliseconds(100) * $0) }
        #expect(answers.indices.filter { answers[$0] } == [4, 14, 24, 34])
        var below = MemoryGovernor(totalBytes: gibibyte)
        let quiet = (0..<40).map { below.sampled(used - 1, at: start + .milliseconds(100) * $0) }
        #expect(!quiet.contains(true))
    }

    @Test func `the mean of the last five counts`() {
        var governor = governor(used: 0)
        let answers = (0..<5).map { governor.sampled(gibibyte, at: start + .seconds(Int64($0))) }
        #expect(answers == [false, false, false, false, true])
    }

    @Test func `a grant raises the threshold`() {
        var governor = governor(used: gibibyte / 100 * 90)
        let answer = governor.granted(target(2 * gibibyte))
        #expect(answer == .upscaleConfirmed)
        let asks = governor.sampled(gibibyte / 100 * 90, at: start + .seconds(2))
        #expect(!asks)
    }

    @Test func `smaller is fine when the buffer stays free`() {
        var small = governor(total: 4 * gibibyte, used: 500 * mebibyte)
        #expect(
            small.judge(downscaleTo: target(gibibyte), at: start)
                == .downscaled(true, status: "the threshold is 785 MiB"))
        #expect(small.totalBytes == gibibyte)
        var large = governor(total: 4 * gibibyte, used: 700 * mebibyte)
        let refused = large.judge(downscaleTo: target(gibibyte), at: start)
        #expect(
            refused == .downscaled(false, status: "800 MiB are needed, and 785 MiB would be the threshold"))
        #expect(large.totalBytes == 4 * gibibyte)
        guard case .downscaled(false, _) = large.judge(downscaleTo: target(1), at: start) else {
            Issue.record("nothing is left of it")
            return
        }
    }

    @Test func `nothing is judged without fresh samples`() {
        var new = MemoryGovernor(totalBytes: gibibyte)
        _ = new.sampled(1, at: start)
        let early = new.judge(downscaleTo: target(gibibyte), at: start)
        #expect(early == .downscaled(false, status: "too few samples of memory in use"))
        var old = governor(used: 1)
        guard case .internalError = old.judge(downscaleTo: target(gibibyte), at: start + .seconds(5)) else {
            Issue.record("judged by old samples")
            return
        }
    }

    @Test func `how large the file cache may be`() {
        let sizes: [(memory: UInt64, limit: UInt64?, size: UInt64)] = [
            (0, nil, 0), (256 * mebibyte, nil, 0), (gibibyte, nil, 698 * mebibyte),
            (16 * gibibyte, nil, 12 * gibibyte), (16 * gibibyte, gibibyte, gibibyte),
        ]
        for (memory, limit, size) in sizes { #expect(FileCacheSize.bytes(memory: memory, limit: limit) == size) }
        let largest = UInt64.max / 4 * 3 / mebibyte * mebibyte
        #expect(FileCacheSize.bytes(memory: .max) == largest)
    }

    @Test(arguments: [
        ("512", 512 * mebibyte), ("1GB", gibibyte), ("1 GB", gibibyte), ("2048kB", 2 * mebibyte),
        ("1TB", 1024 * gibibyte),
        ("0", 0), ("", nil), ("GB", nil), ("1gb", nil), ("-1", nil), ("1.5GB", nil), ("18446744073709551615", nil),
        ("99999999999999999999", nil),
    ]) func `a size as Postgres reads it`(text: String, size: UInt64?) {
        #expect(FileCacheSize.size(text) == size)
    }
}

struct PressureGovernorTests {
    private let start = ContinuousClock.now

    private func readings(used: UInt64, stall: UInt64? = 0, limit: UInt64? = gibibyte) -> CgroupReadings {
        CgroupReadings(limitBytes: limit, anonymousBytes: used, stallMicros: stall)
    }

    @Test func `memory that is used up is wished for, once`() {
        var governor = PressureGovernor()
        let answers = (0..<4).map { governor.sampled(readings(used: 900 * mebibyte), at: start + .seconds(Int64($0))) }
        #expect(answers == [true, false, false, false])
        #expect(governor.wish?.memoryBytes == 1_280 * mebibyte)
        #expect(governor.wish?.reason == "memory is used up")
        // The limit has moved.
        let after = governor.sampled(readings(used: 900 * mebibyte, limit: 1_280 * mebibyte), at: start + .seconds(5))
        #expect(after && governor.wish == nil)
    }

    @Test func `processes that wait for memory are pressure, be it all cache`() {
        var governor = PressureGovernor()
        _ = governor.sampled(readings(used: 600 * mebibyte, stall: 0), at: start)
        let news = governor.sampled(readings(used: 600 * mebibyte, stall: 150_000), at: start + .seconds(1))
        #expect(news && governor.wish?.stallPermille == 150)
        #expect(governor.wish?.reason == "processes wait for memory")
        let relief = governor.sampled(readings(used: 600 * mebibyte, stall: 150_000), at: start + .seconds(2))
        #expect(relief && governor.wish == nil)
    }

    @Test func `less is wished for after a quiet minute, and not while anything moves`() {
        var governor = PressureGovernor()
        let quiet = readings(used: 150 * mebibyte)
        let first = governor.sampled(quiet, at: start)
        let almost = governor.sampled(quiet, at: start + .seconds(59))
        let then = governor.sampled(quiet, at: start + PressureGovernor.quietTime)
        #expect([first, almost, then] == [false, false, true])
        #expect(governor.wish?.memoryBytes == 256 * mebibyte)
        let busy = governor.sampled(readings(used: 600 * mebibyte), at: start + .seconds(61))
        #expect(busy && governor.wish == nil)
        let again = governor.sampled(quiet, at: start + .seconds(62))
        #expect(!again)
    }

    @Test func `whoever is not limited wishes for nothing`() {
        var governor = PressureGovernor()
        let news = governor.sampled(readings(used: 100 * gibibyte, limit: nil), at: start)
        #expect(!news && governor.wish == nil)
    }

    @Test func `a kernel's files are read as they are`() throws {
        let folder = try TemporaryFolder()
        #expect(CgroupReadings.read(folder.path) == nil)
        for (name, text) in [
            ("cgroup.controllers", "cpu memory pids\n"), ("memory.max", "max\n"),
            ("memory.stat", "anon 5\nfile 7\ninactive_anon 30\nactive_anon 12\nodd\n"),
            ("memory.pressure", "some avg10=1.00 avg60=0.50 avg300=0.10 total=777\nfull avg10=0.00 total=5\n"),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name))) }
        #expect(
            CgroupReadings.read(folder.path) == CgroupReadings(limitBytes: nil, anonymousBytes: 42, stallMicros: 777))
        try Data("1073741824\n".utf8).write(to: URL(fileURLWithPath: folder.file("memory.max")))
        try FileManager.default.removeItem(atPath: folder.file("memory.pressure"))
        #expect(
            CgroupReadings.read(folder.path)
                == CgroupReadings(limitBytes: gibibyte, anonymousBytes: 42, stallMicros: nil))
    }
}
