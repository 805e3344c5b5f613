internal import Logging

/// Gives Postgres the new certificate when the files of this compute's identity are exchanged.
struct CertificateRenewal: AgentPart {
    let keeper: PostgresKeeper
    let certificates: AgentCertificates
    let log: Logger

    func run() async {
        var watch = CertificateWatch(certificates)
        var isDue = false
        // Files are looked at from time to time, since they may lie where nobody is told of changes. Ends with the agent.
        while (try? await Task.sleep(for: CertificateWatch.interval)) != nil {
            guard watch.look() || isDue else { continue }
            do {
                try await keeper.renewCertificates()
                isDue = false
                log.notice("postgres has a renewed certificate")
            } catch {
                isDue = true
                log.warning("postgres keeps its certificate", metadata: ["error": "\(error)"])
            }
        }
    }
}
