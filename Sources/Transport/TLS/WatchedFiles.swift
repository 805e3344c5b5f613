internal import Telemetry

/// A few files that make one thing together, and when that thing is to be made anew.
package struct WatchedFiles: Sendable {
    package let paths: [String]
    /// As the files were when the thing was made, or could not be.
    private var known: [FileStamp?]?
    /// As they were at the last look, when that was different.
    private var restless: [FileStamp?]?

    /// - Parameter areRead: the thing is made of the files as they are now.
    package init(_ paths: [String], areRead: Bool) {
        self.paths = paths
        known = areRead ? paths.map { FileStamp(path: $0) } : nil
    }

    /// - Parameter atOnce: without waiting for a second look that finds the files the same.
    /// - Returns: whether to read the files.
    package mutating func look(atOnce: Bool) -> Bool {
        let now = paths.map { FileStamp(path: $0) }
        guard atOnce || now != known else {
            restless = nil
            return false
        }
        guard atOnce || now == restless else {
            restless = now
            return false
        }
        (known, restless) = (now, nil)
        return true
    }
}
