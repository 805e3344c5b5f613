internal import EdgeProxy

/// Every option of the command that runs, with the value that counts and where that comes from.
enum EffectiveSettings {
    /// Of this process's command; set by ``Sidecar/main()`` around it.
    @TaskLocal static var current: [EffectiveSetting] = []

    private static let hidden = "(set)"
    /// Words in the name of an option whose value is nobody else's business, unless the value is a file's path.
    private static let secretWords: Set<String> = ["password", "secret", "token", "headers"]

    static func of(_ command: CommandCatalog.Command, _ settings: [Setting]) -> [EffectiveSetting] {
        command.options.map { option in
            let given = settings.filter { $0.name == option.name }
            guard let origin = given.first?.origin else {
                let value = option.defaultValue ?? (option.takesValue ? "" : "false")
                return EffectiveSetting(
                    name: option.name, value: shown(value, of: option.name), origin: EffectiveSetting.byDefault)
            }
            let value = given.map(\.value).joined(separator: ",")
            return EffectiveSetting(name: option.name, value: shown(value, of: option.name), origin: origin.word)
        }
    }

    /// Without what is secret: a secret itself, and the password in an address.
    private static func shown(_ value: String, of name: String) -> String {
        let words = name.split(separator: "-").map(String.init)
        if !secretWords.isDisjoint(with: words), words.last != "file", !value.isEmpty { return hidden }
        return value.replacing(/(?<head>[a-z][a-z0-9+.-]*:\/\/[^\/@:]*):[^\/@]*@/) { "\($0.output.head):\(hidden)@" }
    }
}

extension Setting.Origin {
    fileprivate var word: String {
        switch self {
        case .flag: "flag"
        case .environment(let name): name
        case .file(let path, _): "file \(path)"
        }
    }
}
