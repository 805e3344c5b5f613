/// Judges by samples of memory in use whether a virtual machine is large enough, and whether it could be smaller. Reads no
/// clock; instants must not run backwards.
package struct MemoryGovernor: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// The newest samples that count.
    package static let sampleCount = 5
    /// Above this part of all memory, more is needed.
    private static let thresholdPercent: UInt64 = 85
    /// Between two requests for more.
    package static let requestInterval: Duration = .seconds(1)
    /// What the system itself needs.
    private static let systemReserve: UInt64 = 100 << 20
    /// What must stay free after a machine has become smaller.
    private static let downscaleBuffer: UInt64 = 100 << 20
    /// Samples older than this say nothing.
    private static let sampleLifetime: Duration = .seconds(5)

    package private(set) var totalBytes: UInt64
    private var samples: [(bytes: UInt64, at: Instant)] = []
    private var lastRequest: Instant?

    package init(totalBytes: UInt64) {
        self.totalBytes = totalBytes
    }

    /// - Returns: whether to ask for more now.
    package mutating func sampled(_ bytes: UInt64, at now: Instant) -> Bool {
        samples.append((bytes, now))
        if samples.count > Self.sampleCount { samples.removeFirst() }
        guard samples.count == Self.sampleCount, mean >= Self.threshold(of: totalBytes) else { return false }
        if let lastRequest, lastRequest + Self.requestInterval > now { return false }
        lastRequest = now
        return true
    }

    package mutating func granted(_ resources: MonitorResources) -> MonitorReply {
        totalBytes = resources.memoryBytes
        return .upscaleConfirmed
    }

    /// A machine that becomes smaller has its new threshold from then on.
    package mutating func judge(downscaleTo target: MonitorResources, at now: Instant) -> MonitorReply {
        guard samples.count == Self.sampleCount, let newest = samples.last else {
            return .downscaled(false, status: "too few samples of memory in use")
        }
        guard newest.at + Self.sampleLifetime > now else {
            return .internalError("the newest sample of memory in use is older than \(Self.sampleLifetime)")
        }
        let usable = target.memoryBytes > Self.systemReserve ? target.memoryBytes - Self.systemReserve : 0
        let threshold = Self.threshold(of: usable)
        let needed = mean + Self.downscaleBuffer
        guard threshold >= needed else {
            return .downscaled(
                false, status: "\(needed >> 20) MiB are needed, and \(threshold >> 20) MiB would be the threshold")
        }
        totalBytes = target.memoryBytes
        return .downscaled(true, status: "the threshold is \(threshold >> 20) MiB")
    }

    private var mean: UInt64 { samples.reduce(0) { $0 + $1.bytes } / UInt64(max(1, samples.count)) }

    private static func threshold(of bytes: UInt64) -> UInt64 { bytes / 100 * thresholdPercent }
}
