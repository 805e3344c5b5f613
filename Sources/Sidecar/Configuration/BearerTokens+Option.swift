internal import Telemetry

extension BearerTokens {
    /// - Parameter option: the name of what gave the path.
    static func inFile(_ path: String, of option: String) throws(CommandFailure) -> BearerTokens {
        do {
            return try BearerTokens(file: path)
        } catch {
            throw CommandFailure.badConfiguration("--\(option): \(error)")
        }
    }
}
