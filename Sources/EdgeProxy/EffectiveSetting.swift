/// One setting that counts, for an operator's eyes.
package struct EffectiveSetting: Sendable, Equatable {
    /// As its flag, without dashes.
    package var name: String
    /// A secret's is not here.
    package var value: String
    /// `default`, `flag`, the variable's name, or `file PATH`.
    package var origin: String

    package static let byDefault = "default"

    package init(name: String, value: String, origin: String) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}
