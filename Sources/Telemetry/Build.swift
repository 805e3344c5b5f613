/// Which build this is.
package enum Build {
    /// Of the whole package, by semantic versioning.
    package static let version = "0.1.0"
}
