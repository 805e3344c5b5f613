extension DurationArgument {
    /// For defaults.
    init(seconds: Int) {
        duration = .seconds(seconds)
        description = "\(seconds)s"
    }

    static let never = DurationArgument()

    private init() {
        duration = nil
        description = "never"
    }
}
