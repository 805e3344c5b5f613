/// What this proxy says to clients that it turns away or ends: the one place where such errors are made, one file for
/// each part of a session's way.
///
/// Neon's sentences where it has one, since people and scripts match on them; severity FATAL, a SQLSTATE that drivers can
/// act on, and a HINT where there is something to do. `SessionEnd` adds the session's id to the hint.
enum Refusals {}
