extension DurationArgument {
    /// For defaults.
    init(seconds: Int) {
        duration = .seconds(seconds)
        description = "\(seconds)s"
    }

    init(milliseconds: Int) {
        duration = .milliseconds(milliseconds)
        description = "\(milliseconds)ms"
    }

    static let never = DurationArgument()

    private init() {
        duration = nil
        description = "never"
    }
}
