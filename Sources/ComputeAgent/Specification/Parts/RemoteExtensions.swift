/// Extensions that are fetched when they are needed: which there are, and where.
package struct RemoteExtensions: Equatable, Sendable {
    package struct Extension: Equatable, Sendable {
        /// The text of each control file, by its name.
        package var controlData: [String: String]
        /// Below the store's base address.
        package var archivePath: String
        package var unknown: [String: JSONValue] = [:]
    }

    /// Everybody may have these.
    package var publicExtensions: [String]?
    /// Only this project may have these.
    package var customExtensions: [String]?
    /// The extension each library belongs to.
    package var libraryIndex: [String: String]
    package var extensionData: [String: Extension]
    package var unknown: [String: JSONValue] = [:]

    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        publicExtensions = try fields.texts("public_extensions")
        customExtensions = try fields.texts("custom_extensions")
        let index = try fields.map("library_index", of: JSONFields.text)
        libraryIndex = try fields.need("library_index", index)
        let data = try fields.map("extension_data", of: Extension.init(_:at:))
        extensionData = try fields.need("extension_data", data)
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "public_extensions": publicExtensions.map { .list($0.map(JSONValue.string)) },
                "custom_extensions": customExtensions.map { .list($0.map(JSONValue.string)) },
                "library_index": .object(libraryIndex.mapValues(JSONValue.string)),
                "extension_data": .object(extensionData.mapValues(\.json)),
            ], and: unknown)
    }
}

extension RemoteExtensions.Extension {
    init(_ value: JSONValue, at path: String) throws(SpecFailure) {
        var fields = try JSONFields(value, at: path)
        let control = try fields.map("control_data", of: JSONFields.text)
        let archive = try fields.text("archive_path")
        self.init(
            controlData: try fields.need("control_data", control),
            archivePath: try fields.need("archive_path", archive))
        unknown = fields.rest
    }

    var json: JSONValue {
        .object(
            [
                "control_data": .object(controlData.mapValues(JSONValue.string)), "archive_path": .string(archivePath),
            ], and: unknown)
    }
}
