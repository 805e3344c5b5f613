internal import CLinux

/// Processes that lose their parent.
package enum Orphans {
    /// Makes this process the parent of whoever below it loses his own, as the first process of a container is (prctl(2),
    /// `PR_SET_CHILD_SUBREAPER`). Whoever asks for that waits for their ends as well.
    package static func takeIn() {
        sidecar_take_in_orphans()
    }
}
