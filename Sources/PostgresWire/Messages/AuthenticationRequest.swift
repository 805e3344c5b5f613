package import NIOCore

/// What the server wants to see before it lets anybody in. Tag `R`; an `Int32` kind, then what the kind needs.
package enum AuthenticationRequest: Equatable, Sendable {
    package static let tag = UInt8(ascii: "R")

    /// Nothing more.
    case ok
    /// The password itself, which nobody should send but inside TLS.
    case cleartextPassword
    /// The mechanisms to choose from, best first.
    case sasl(mechanisms: [String])
    case saslContinue([UInt8])
    case saslFinal([UInt8])
    /// A kind that we do not speak, such as 5 (MD5).
    case other(Int32)

    private enum Kind {
        static let ok: Int32 = 0
        static let cleartextPassword: Int32 = 3
        static let sasl: Int32 = 10
        static let saslContinue: Int32 = 11
        static let saslFinal: Int32 = 12
    }

    /// - Parameter body: without tag and length.
    /// - Returns: `nil` when the body is not what its kind demands.
    package init?(decoding body: ByteBuffer) {
        var rest = body
        switch rest.readInteger(as: Int32.self) {
        case nil: return nil
        case Kind.ok?:
            guard rest.readableBytes == 0 else { return nil }
            self = .ok
        case Kind.cleartextPassword?:
            guard rest.readableBytes == 0 else { return nil }
            self = .cleartextPassword
        case Kind.sasl?:
            var mechanisms: [String] = []
            while let name = rest.readTerminated(), !name.isEmpty {
                mechanisms.append(String(decoding: name, as: UTF8.self))
            }
            guard rest.readableBytes == 0 else { return nil }
            self = .sasl(mechanisms: mechanisms)
        case Kind.saslContinue?: self = .saslContinue(Array(rest.readableBytesView))
        case Kind.saslFinal?: self = .saslFinal(Array(rest.readableBytesView))
        case let kind?: self = .other(kind)
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) {
            switch self {
            case .ok: $0.writeInteger(Kind.ok)
            case .cleartextPassword: $0.writeInteger(Kind.cleartextPassword)
            case .sasl(let mechanisms):
                $0.writeInteger(Kind.sasl)
                for mechanism in mechanisms { $0.writeTerminated(mechanism.utf8) }
                $0.writeInteger(UInt8(0))
            case .saslContinue(let data):
                $0.writeInteger(Kind.saslContinue)
                $0.writeBytes(data)
            case .saslFinal(let data):
                $0.writeInteger(Kind.saslFinal)
                $0.writeBytes(data)
            case .other(let kind): $0.writeInteger(kind)
            }
        }
    }
}
