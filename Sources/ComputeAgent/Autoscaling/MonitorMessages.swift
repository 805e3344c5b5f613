/// What an autoscaler and this agent say to each other about the size of a virtual machine: `vm-monitor`'s protocol,
/// version 1.0. JSON in text frames.
package enum MonitorRequest: Equatable, Sendable {
    /// It has given this much.
    case upscaled(MonitorResources)
    /// It would like to leave this much.
    case downscale(MonitorResources)
    case healthCheck
    /// It did not understand us.
    case invalidMessage(String)
    case internalError(String)
}

package struct MonitorResources: Equatable, Sendable {
    /// Virtual processors; parts of one are possible.
    package var processors: Double
    package var memoryBytes: UInt64

    package init(processors: Double, memoryBytes: UInt64) {
        self.processors = processors
        self.memoryBytes = memoryBytes
    }
}

/// Ours. The fields of a message stand beside its type and number, where the other side has them in `content`.
package enum MonitorReply: Equatable, Sendable {
    case upscaleConfirmed
    case downscaled(Bool, status: String)
    case upscaleWanted
    case healthCheck
    case invalidMessage(String)
    case internalError(String)

    func text(id: Int64) -> String {
        let (type, fields): (String, [String: JSONValue]) =
            switch self {
            case .upscaleConfirmed: ("UpscaleConfirmation", [:])
            case .downscaled(let isDone, let status):
                ("DownscaleResult", ["Ok": .bool(isDone), "Status": .string(status)])
            case .upscaleWanted: ("UpscaleRequest", [:])
            case .healthCheck: ("HealthCheck", [:])
            case .invalidMessage(let error): ("InvalidMessage", ["error": .string(error)])
            case .internalError(let error): ("InternalError", ["error": .string(error)])
            }
        let all = fields.merging(["type": .string(type), "id": .integer(id)]) { field, _ in field }
        return String(decoding: JSONValue.object(all).bytes(), as: UTF8.self)
    }
}

extension MonitorRequest {
    /// Why a message cannot be understood, in words for its sender.
    struct Malformed: Error, Equatable {
        var error: String
        /// Of the message, if that much could be read.
        var id: Int64?
    }

    static func read(_ text: String) throws(Malformed) -> (id: Int64, request: MonitorRequest) {
        guard case .object(let fields)? = try? JSONValue(parsing: Array(text.utf8)) else {
            throw Malformed(error: "is not a JSON object", id: nil)
        }
        guard case .integer(let id)? = fields["id"] else { throw Malformed(error: "has no number id", id: nil) }
        guard case .string(let type)? = fields["type"] else { throw Malformed(error: "has no text type", id: id) }
        let content: [String: JSONValue] = if case .object(let object)? = fields["content"] { object } else { [:] }
        switch type {
        case "UpscaleNotification": return (id, .upscaled(try resources(content["granted"], "granted", id)))
        case "DownscaleRequest": return (id, .downscale(try resources(content["target"], "target", id)))
        case "HealthCheck": return (id, .healthCheck)
        case "InvalidMessage": return (id, .invalidMessage(words(content["error"])))
        case "InternalError": return (id, .internalError(words(content["error"])))
        // A word of the other side's, which may know more than we do.
        default: throw Malformed(error: "is of a type that is not known", id: id)
        }
    }

    private static func resources(
        _ value: JSONValue?, _ name: String, _ id: Int64
    ) throws(Malformed) -> MonitorResources {
        guard case .object(let fields)? = value, let processors = number(fields["cpu"]), processors >= 0,
            case .integer(let memory)? = fields["mem"], memory > 0
        else { throw Malformed(error: "\(name) needs cpu, a number, and mem, a whole number above 0", id: id) }
        return MonitorResources(processors: processors, memoryBytes: UInt64(memory))
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let number)?: Double(number)
        case .real(let number)?: number
        case .unsigned, .null, .bool, .string, .list, .object, nil: nil
        }
    }

    private static func words(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }
}
