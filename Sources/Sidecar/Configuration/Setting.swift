/// One option's value, and who gave it.
struct Setting: Equatable {
    enum Origin: Equatable, CustomStringConvertible {
        case flag
        /// The variable's name.
        case environment(String)
        /// The key is a command and an option: `proxy.listen`.
        case file(String, key: String)

        var description: String {
            switch self {
            case .flag: "the command line"
            case .environment(let name): name
            case .file(let path, let key): "\(path): \(key)"
            }
        }
    }

    /// The option's long name.
    var name: String
    var value: String
    var origin: Origin
}
