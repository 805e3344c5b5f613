/// A header field that is known when the program is built: sent without a copy, straight from the executable.
struct ConstantField: Sendable {
    var name: StaticString
    var value: StaticString

    init(_ name: StaticString, _ value: StaticString) {
        self.name = name
        self.value = value
    }
}
