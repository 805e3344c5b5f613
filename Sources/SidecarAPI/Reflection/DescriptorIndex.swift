internal import GRPCLite

/// Finds the file that declares a symbol. Made from a serialized `google.protobuf.FileDescriptorSet`, each file of which
/// is handed out as it stands there. Field numbers are those of descriptor.proto.
struct DescriptorIndex: Sendable {
    struct File: Sendable, Equatable {
        var bytes: [UInt8]
        var dependencies: [String] = []
    }

    /// Of all of proto/.
    static let all = DescriptorIndex(Base64.decode(Descriptors.base64) ?? [])

    private(set) var files: [String: File] = [:]
    /// Messages, enums, services and methods, by full name; and the file's name.
    private(set) var fileOfSymbol: [String: String] = [:]
    private(set) var messages: Set<String> = []

    init(_ descriptorSet: [UInt8]) {
        for field in WireFields(descriptorSet[...]) where field.number == 1 { add(field.bytes) }
    }

    /// The file, then those that it imports, and so on, each once.
    /// - Returns: names; empty for a file that is not there.
    func withDependencies(_ name: String) -> [String] {
        var found: [String] = []
        var waiting = [name]
        while let next = waiting.popLast() {
            guard !found.contains(next), let file = files[next] else { continue }
            found.append(next)
            waiting += file.dependencies.reversed()
        }
        return found
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        let fields = Array(WireFields(bytes))
        let name = fields.first { $0.number == 1 }?.text ?? ""
        let package = fields.first { $0.number == 2 }?.text ?? ""
        files[name] = File(
            bytes: Array(bytes), dependencies: fields.filter { $0.number == 3 }.map(\.text))
        for field in fields {
            switch field.number {
            case 4: addMessage(field.bytes, in: package, of: name)
            case 5: declare(field.bytes, in: package, of: name)
            case 6:
                let service = declare(field.bytes, in: package, of: name)
                for method in WireFields(field.bytes) where method.number == 2 {
                    declare(method.bytes, in: service, of: name)
                }
            default: break
            }
        }
    }

    private mutating func addMessage(_ bytes: ArraySlice<UInt8>, in scope: String, of file: String) {
        let message = declare(bytes, in: scope, of: file)
        messages.insert(message)
        for field in WireFields(bytes) {
            switch field.number {
            case 3: addMessage(field.bytes, in: message, of: file)
            case 4: declare(field.bytes, in: message, of: file)
            default: break
            }
        }
    }

    /// - Returns: the full name. All of them have their own as field 1.
    @discardableResult
    private mutating func declare(_ bytes: ArraySlice<UInt8>, in scope: String, of file: String) -> String {
        let name = WireFields(bytes).first { $0.number == 1 }?.text ?? ""
        let full = scope.isEmpty ? name : "\(scope).\(name)"
        fileOfSymbol[full] = file
        return full
    }
}
