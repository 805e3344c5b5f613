package import TLSEngine
package import Telemetry

/// Keeps TLS contexts current whose files change: connections that are there go on, later ones find the new ones.
///
/// All contexts change, or none does: a pair that cannot be used leaves the former in its place until the files change
/// again.
package struct TLSRenewal: Sendable {
    package typealias Part = (context: TLSContext, read: @Sendable () throws -> TLSContext)

    /// As they were when the contexts were read.
    private let files: WatchedFiles
    private let parts: [Part]
    private let interval: Duration

    /// - Parameters:
    ///   - files: what the contexts were read of, just now.
    ///   - interval: between two looks; files are read at the second look that finds them the same.
    package init(files: [String], interval: Duration = .seconds(2), _ parts: [Part]) {
        self.files = WatchedFiles(files, areRead: true)
        self.parts = parts
        self.interval = interval
    }

    /// Shows when the first of the contexts' certificates ends.
    package func show(as name: String, in registry: MetricRegistry) {
        guard let end = parts.first?.context.certificates.first?.notAfter else { return }
        registry.showCertificate(name, endsAt: end)
    }

    /// Until the task is cancelled.
    /// - Parameter tell: called after each reading, with what was wrong or `nil`.
    package func run(_ tell: @Sendable ((any Error)?) -> Void) async {
        var watched = files
        // Files are looked at from time to time, since they may lie where nobody is told of changes.
        while (try? await Task.sleep(for: interval)) != nil {
            guard watched.look(atOnce: false) else { continue }
            do {
                let fresh = try parts.map { try $0.read() }
                for (part, fresh) in zip(parts, fresh) { part.context.adopt(fresh) }
                tell(nil)
            } catch {
                tell(error)
            }
        }
    }
}
