internal import Logging

/// Gives Postgres the new certificate when the files are exchanged that it was copied from.
struct CertificateRenewal: AgentPart {
    let keeper: PostgresKeeper
    let certificates: AgentCertificates
    let log: Logger

    func run() async {
        var shown = certificates
        var watch = CertificateWatch(shown)
        var isDue = false
        var complaint = ""
        // Files are looked at from time to time, since they may lie where nobody is told of changes. Ends with the agent.
        while (try? await Task.sleep(for: CertificateWatch.interval)) != nil {
            let present = await keeper.shownCertificates
            // Whoever named others has had them copied; they may have been renewed since.
            if present != shown { (shown, watch, isDue) = (present, CertificateWatch(present), true) }
            guard watch.look() || isDue else { continue }
            do {
                let isNew = try await keeper.renewCertificates()
                (isDue, complaint) = (false, "")
                if isNew { log.notice("postgres has a renewed certificate") }
            } catch {
                isDue = true
                if "\(error)" != complaint {
                    log.warning("postgres keeps its certificate", metadata: ["error": "\(error)"])
                }
                complaint = "\(error)"
            }
        }
    }
}
