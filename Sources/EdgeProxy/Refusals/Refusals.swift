internal import PostgresWire

/// What this proxy says to clients that it turns away or ends: the one place where such errors are made, one file for
/// each part of a session's way.
///
/// Neon's sentences where it has one, since people and scripts match on them; severity FATAL, a SQLSTATE that drivers can
/// act on, and a HINT where there is something to do. `SessionEnd` adds the session's id to the hint.
///
/// Every factory stands in its file's list of entries, with when it is said and what to do about it, and every list in
/// ``catalogue``: `docs/errors.md` is made of it (`scripts/check-refusals`, `RefusalCatalogueTests`).
enum Refusals {
    /// One error that clients may see, for the page about them.
    struct Entry: Sendable {
        /// As a client would get it; what varies stands in angle brackets.
        let example: ErrorResponse
        /// What happened.
        let when: String
        /// What whoever sees it can do.
        let remedy: String

        init(_ example: ErrorResponse, when: String, remedy: String) {
            self.example = example
            self.when = when
            self.remedy = remedy
        }
    }

    /// The errors of one part of a session's way.
    struct Section: Sendable {
        let title: String
        let entries: [Entry]
    }

    /// What refusals are counted by: our own SQLSTATEs, the protocol's, and the two ends that have none. Another proxy, or a
    /// control plane, may have others.
    static let countedStates: Set<String> = Set(catalogue.flatMap(\.entries).map(\.example.sqlState.text))
        .union(["compute", "unheard"])
        .union(
            [SQLState.protocolViolation, .featureNotSupported, .invalidAuthorization, .invalidPassword].map(\.text))

    /// All of them, in the order of a session's way.
    static let catalogue = [
        Section(title: "Admission and the end of a session", entries: sessionEntries),
        Section(title: "The startup packet", entries: startupEntries),
        Section(title: "Looking a role up", entries: lookupEntries),
        Section(title: "From where, and how often", entries: accessEntries),
        Section(title: "Proving who one is", entries: authenticationEntries),
        Section(title: "Waking the database", entries: wakeEntries),
        Section(title: "Connecting to the database", entries: computeEntries),
        Section(title: "While client and database talk", entries: relayEntries),
    ]
}

extension ErrorResponse {
    /// The same error with the session's id at the end of its hint: what its user can tell the operator, who finds it in
    /// the logs and in the traces.
    func naming(_ session: SessionID) -> ErrorResponse {
        var named = self
        named.fields.hint = [hint, "Session: \(session)."].compactMap { $0 }.joined(separator: " ")
        return named
    }
}
