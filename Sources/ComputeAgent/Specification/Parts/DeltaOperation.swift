/// A removal or a new name, which a list of what there is to be cannot express.
package struct DeltaOperation: Equatable, Sendable {
    package enum Action: String, CaseIterable, Sendable {
        case deleteDatabase = "delete_db"
        case renameDatabase = "rename_db"
        case deleteRole = "delete_role"
        case renameRole = "rename_role"

        package var isRename: Bool { self == .renameDatabase || self == .renameRole }
        package var isOfRole: Bool { self == .deleteRole || self == .renameRole }
    }

    package var action: Action
    package var name: String
    /// There for every rename, once the spec is checked.
    package var newName: String?
    package var unknown: [String: JSONValue] = [:]

    package init(_ action: Action, _ name: String, newName: String? = nil) {
        self.action = action
        self.name = name
        self.newName = newName
    }

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let word = try fields.text("action")
        guard let action = Action(rawValue: try fields.need("action", word)) else {
            let known = Action.allCases.map(\.rawValue).joined(separator: ", ")
            throw SpecFailure(at: path + ".action", "is none of \(known)")
        }
        let name = try fields.text("name")
        self.init(action, try fields.need("name", name), newName: try fields.text("new_name"))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "action": .string(action.rawValue), "name": .string(name), "new_name": newName.map(JSONValue.string),
            ], and: unknown)
    }
}
