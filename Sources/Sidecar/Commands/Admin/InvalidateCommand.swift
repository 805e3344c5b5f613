internal import ArgumentParser
internal import GRPCLite
internal import SidecarAPI

/// `sidecar admin invalidate NAME`
struct InvalidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invalidate", abstract: "Make every proxy ask anew about an endpoint. Open sessions stay.")

    enum Scope: String, ExpressibleByArgument, CaseIterable {
        /// Where its compute is.
        case compute
        /// Role secrets and access rules.
        case secrets
        case all

        var message: AdminV1.InvalidateScope {
            switch self {
            case .compute: .compute
            case .secrets: .secrets
            case .all: .all
            }
        }
    }

    @Argument(help: "The endpoint.")
    var name: String

    @Option(help: "What of it: compute, secrets or all.")
    var scope = Scope.all

    @Option(help: "The compute's version, as endpoint show has it: 3.7. Default: what the answering proxy has cached.")
    var version: String?

    @OptionGroup var options: AdminOptions

    private struct Invalidated: Encodable {
        var endpoint: String
        var generation: UInt64?
        var sequence: UInt64?
        var secretsRevision: UInt64?
    }

    func run() async throws {
        var request = AdminV1.InvalidateRequest(name: name, scope: scope.message)
        (request.generation, request.sequence) = try numbers()
        let link = try AdminLink(options)
        let reply = try await link.call { [request] admin throws(GRPCStatus) in
            try await admin.invalidate(request, options: CallOptions(timeout: .seconds(10)))
        }
        let hasVersion = reply.generation > 0
        let done = Invalidated(
            endpoint: name, generation: hasVersion ? reply.generation : nil,
            sequence: hasVersion ? reply.sequence : nil,
            secretsRevision: reply.secretsRevision > 0 ? reply.secretsRevision : nil)
        try options.show(done) {
            var parts: [String] = []
            if hasVersion { parts.append("compute up to \(reply.generation).\(reply.sequence)") }
            if done.secretsRevision != nil { parts.append("secrets and rules") }
            return "\(name): " + (parts.isEmpty ? "nothing was cached" : parts.joined(separator: ", ") + " asked anew")
        }
    }

    private func numbers() throws -> (UInt64, UInt64) {
        guard let version else { return (0, 0) }
        let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard let generation = parts.first ?? nil, generation > 0, parts.count <= 2,
            let sequence = parts.count == 2 ? parts[1] : .some(.max)
        else { throw ValidationError("--version must be a generation, or generation.sequence, such as 3.7") }
        return (generation, sequence)
    }
}
