/// One connection of an autoscaler, from its first message: versions first, then requests and answers. Decides what is said;
/// what the answer to a request is comes from ``MemoryGovernor``.
package struct MonitorDialogue: Sendable {
    package enum Action: Equatable, Sendable {
        case send(String)
        /// To be answered under this number.
        case decide(MonitorRequest, id: Int64)
        /// For the operator.
        case note(String)
        /// With a status of RFC 6455 §7.4.1.
        case close(Int)
    }

    private enum State { case greeting, talking, closed }

    /// The one version that we speak: v1.0 is 1 on the wire.
    package static let version: Int64 = 1
    /// Of one message.
    package static let textLimit = 16 * 1024
    static let protocolError = 1002
    static let unsupportedData = 1003
    static let tooBig = 1009

    private var state = State.greeting
    /// Theirs are even; ours are odd.
    private var nextID: Int64 = 1

    package init() {}

    package mutating func received(text: String) -> [Action] {
        guard state != .closed else { return [] }
        guard text.utf8.count <= Self.textLimit else { return close(Self.tooBig) }
        return state == .greeting ? greeted(text) : asked(text)
    }

    /// The protocol has none.
    package mutating func receivedBinary() -> [Action] {
        guard state != .closed else { return [] }
        return close(Self.unsupportedData)
    }

    package mutating func reply(_ reply: MonitorReply, id: Int64) -> [Action] {
        state == .talking ? [.send(reply.text(id: id))] : []
    }

    /// Asks for more, if there is somebody to ask.
    package mutating func wantsUpscale() -> [Action] {
        guard state == .talking else { return [] }
        defer { nextID += 2 }
        return [.send(MonitorReply.upscaleWanted.text(id: nextID))]
    }

    // MARK: - What comes

    /// A range of versions, of which the highest that both know is chosen.
    private mutating func greeted(_ text: String) -> [Action] {
        guard case .object(let fields)? = try? JSONValue(parsing: Array(text.utf8)),
            case .integer(let least)? = fields["min"], case .integer(let most)? = fields["max"], least <= most
        else { return refuse("the first message is a range of versions: min and max") }
        guard (least...most).contains(Self.version) else {
            return refuse("version \(Self.version) is the only one here, and not between \(least) and \(most)")
        }
        state = .talking
        return [.send(#"{"version":\#(Self.version)}"#)]
    }

    private mutating func asked(_ text: String) -> [Action] {
        do throws(MonitorRequest.Malformed) {
            let (id, request) = try MonitorRequest.read(text)
            switch request {
            case .upscaled, .downscale: return [.decide(request, id: id)]
            case .healthCheck: return reply(.healthCheck, id: id)
            case .invalidMessage(let error): return [.note("the autoscaler did not understand: \(error)")]
            case .internalError(let error): return [.note("the autoscaler failed: \(error)")]
            }
        } catch {
            return reply(.invalidMessage(error.error), id: error.id ?? 0)
        }
    }

    private mutating func refuse(_ problem: String) -> [Action] {
        let answer = JSONValue.object(["error": .string(problem)]).bytes()
        return [.send(String(decoding: answer, as: UTF8.self))] + close(Self.protocolError)
    }

    private mutating func close(_ status: Int) -> [Action] {
        state = .closed
        return [.close(status)]
    }
}
