internal import SidecarAPI

/// The open streams of one compute's agent, and what is asked over all of them: to stop if it is idle still.
struct IdleQuestions {
    private var links: [Int: AsyncStream<ReportV1.Version>.Continuation] = [:]
    private var newest = 0

    var isEmpty: Bool { links.isEmpty }

    /// An agent's stream has opened.
    ///
    /// - Returns: its number, for ``detach(_:)``, and the versions at which the agent is asked. A question that nobody
    ///   fetched is replaced by the next.
    mutating func attach() -> (link: Int, questions: AsyncStream<ReportV1.Version>) {
        let (questions, source) = AsyncStream.makeStream(
            of: ReportV1.Version.self, bufferingPolicy: .bufferingNewest(1))
        newest += 1
        links[newest] = source
        return (newest, questions)
    }

    mutating func detach(_ link: Int) {
        links.removeValue(forKey: link)?.finish()
    }

    func ask(generation: UInt64, sequence: UInt64) {
        for link in links.values { link.yield(ReportV1.Version(generation: generation, sequence: sequence)) }
    }
}
