/// A value that must not reach a log, an error or a debugger's print: a password, a key, a token.
///
/// Every way Swift has of turning a value into text gives `<secret>`. Only `reveal()` gives the value, so a search for
/// that word finds every place where a secret is used.
package struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    package init(_ value: Value) {
        self.value = value
    }

    package func reveal() -> Value { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    /// No children: `dump` and string interpolation of an enclosing type walk mirrors.
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

/// To see whether a secret changed. Takes as long as the common beginning: not for judging what a stranger offers.
extension Secret: Equatable where Value: Equatable {}
