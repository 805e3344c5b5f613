internal import Logging
internal import NIOPosix
internal import TLSEngine

/// Looks at the certificates' files again and again, and at once when asked to: they change without a restart.
struct CertificateWatcher: Sendable {
    let certificates: EdgeCertificates
    let interval: Duration
    /// Each asks for a look at once.
    let requests: AsyncStream<Void>
    let metrics: EdgeMetrics
    let logger: Logger
    let events: EventHub

    /// Returns when the calling task is cancelled.
    func run() async {
        show()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: interval)) != nil { await look(atOnce: false) }
            }
            group.addTask {
                for await _ in requests { await look(atOnce: true) }
            }
        }
    }

    private func look(atOnce: Bool) async {
        // Off the caller's executor: a secret may lie on a network file system. Fails only when the process ends.
        let news = try? await NIOThreadPool.singleton.runIfActive { certificates.look(atOnce: atOnce) }
        guard let news, !news.isEmpty else { return }
        for one in news { tell(one) }
        show()
    }

    private func tell(_ news: EdgeCertificates.News) {
        switch news {
        case .loaded(let part):
            metrics.certificateReload(.success)
            events.publish(.reload("certificate \(part)", trouble: nil))
            logger.notice("certificate loaded", metadata: ["certificate": "\(part)"])
        case .failed(let part, let reason):
            metrics.certificateReload(.failure)
            events.publish(.reload("certificate \(part)", trouble: reason))
            logger.error(
                "certificate cannot be used; the former one stays",
                metadata: ["certificate": "\(part)", "reason": "\(reason)"])
        case .removed(let part):
            metrics.certificateReload(.success)
            events.publish(.reload("certificate \(part) removed", trouble: nil))
            logger.notice("certificate removed", metadata: ["certificate": "\(part)"])
        }
    }

    private func show() {
        for (part, certificate) in certificates.inUse {
            metrics.certificateExpiry(part, unixSeconds: certificate.notAfter)
        }
    }
}
