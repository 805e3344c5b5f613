import Foundation
import GRPCLite
import SidecarAPI

/// One call, as a line of JSON asks for it.
struct CallOrder: Decodable {
    /// When the client says that it is done.
    enum HalfClose: String, Decodable {
        case beforeReading = "before_reading"
        case afterReading = "after_reading"
        case never
    }

    /// Comes back with the report.
    var id: Int
    /// `UnaryCall`, `StreamingInputCall`, `StreamingOutputCall`, `FullDuplexCall` or `HalfDuplexCall`.
    var method: String
    /// Bytes of payload of each request.
    var requests: [Int]?
    /// Bytes of payload of each response that every request asks for.
    var responses: [Int]?
    /// Between two of them.
    var intervalMs: Int?
    /// Before each is read.
    var readDelayMs: Int?
    var timeoutMs: Int?
    var cancelAfterMs: Int?
    var waitForReady: Bool?
    var gzip: Bool?
    /// Pairs; what a name that ends in `-bin` has is base64.
    var metadata: [[String]]?
    /// Which the server is to answer with.
    var code: Int?
    var message: String?
    var halfClose: HalfClose?

    /// - Returns: with those names that our own client does not let out.
    func options() throws -> (options: CallOptions, refused: [String]) {
        var metadata = Metadata()
        var refused: [String] = []
        for pair in self.metadata ?? [] {
            guard pair.count == 2 else { throw Interop.Unexpected(description: "metadata is pairs") }
            let isTaken =
                if pair[0].hasSuffix("-bin") {
                    metadata.appendBinary(name: pair[0], bytes: Array(Data(base64Encoded: pair[1]) ?? Data()))
                } else {
                    metadata.append(name: pair[0], value: pair[1])
                }
            if !isTaken { refused.append(pair[0]) }
        }
        var options = CallOptions(
            timeout: timeoutMs.map { .milliseconds($0) }, metadata: metadata, encoding: gzip == true ? .gzip : .identity
        )
        options.waitsForReady = waitForReady ?? false
        return (options, refused)
    }

    var status: GRPCTesting.EchoStatus? {
        code.map { GRPCTesting.EchoStatus(code: Int32($0), message: message ?? "") }
    }

    var output: [Interop.Output] {
        (requests ?? [0]).map { size in
            var output = Interop.output(responses ?? [], payload: size)
            for index in output.responseParameters.indices {
                output.responseParameters[index].intervalUs = Int32((intervalMs ?? 0) * 1000)
            }
            output.responseStatus = status
            return output
        }
    }

    var unary: GRPCTesting.SimpleRequest {
        GRPCTesting.SimpleRequest(
            responseSize: Int32(responses?.first ?? 0), payload: Interop.payload(requests?.first ?? 0),
            responseStatus: status)
    }

    var input: [GRPCTesting.StreamingInputCallRequest] {
        (requests ?? []).map { .init(payload: Interop.payload($0)) }
    }
}

/// What became of it.
struct CallReport: Encodable {
    var id: Int
    var code = 0
    var message = ""
    /// Base64.
    var details = ""
    var initial: [[String]] = []
    var trailing: [[String]] = []
    /// Names of metadata that our own client did not let out.
    var refused: [String] = []
    /// Of the responses' payloads; of a sum, the sum.
    var sizes: [Int] = []
    /// How often servers have broken which rule so far, by name.
    var offences: [String: Int] = [:]
    var elapsedMs = 0

    static func pairs(_ metadata: Metadata) -> [[String]] {
        metadata.entries.map { entry in
            switch entry.value {
            case .ascii(let text): [entry.name, text]
            case .binary(let bytes): [entry.name, Data(bytes).base64EncodedString()]
            }
        }
    }
}
