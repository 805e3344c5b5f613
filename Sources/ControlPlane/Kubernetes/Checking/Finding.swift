/// One thing that was looked at, and what to do about it.
package struct Finding: Codable, Equatable, Sendable {
    package enum Verdict: String, Codable, Sendable {
        case fine, warning, failure
    }

    /// What was looked at: `certificate /etc/…`.
    package var subject: String
    package var verdict: Verdict
    /// What was seen.
    package var seen: String
    /// What to do; empty when nothing is to be done.
    package var advice: String

    package init(_ subject: String, _ verdict: Verdict, _ seen: String, advice: String = "") {
        self.subject = subject
        self.verdict = verdict
        self.seen = seen
        self.advice = advice
    }
}
