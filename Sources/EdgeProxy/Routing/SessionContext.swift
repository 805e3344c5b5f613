internal import TLSEngine
package import Telemetry

/// Names one client connection in logs, at the control plane and towards other members: a UUID in lower case.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// - Parameter dice: 16 bytes, of which 122 bits count.
    package init(dice: [UInt8]) {
        var bytes = dice
        // RFC 9562 §5.4: version 4, and its variant.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
        self.init(text)
    }

    /// A new one. `UUID()` opens a file for its dice, and gives the same identifier again and again when it cannot.
    package static func fresh() -> SessionID {
        SessionID(dice: Digests.randomBytes(byteCount))
    }

    private static let byteCount = 16

    package var description: String { text }
}

/// What the lookups of one session tell about it to those they ask.
package struct SessionContext: Sendable, Equatable {
    package var id: SessionID
    /// The client's `application_name`, when it sent one.
    package var applicationName: String?
    /// Unknown for what no client brought about, and for a session at another proxy.
    package var origin: ClientOrigin
    /// The span in which something is asked for; `nil` without traces.
    package var trace: TraceContext?

    package init(
        id: SessionID, applicationName: String? = nil, origin: ClientOrigin = .unknown,
        trace: TraceContext? = nil
    ) {
        self.id = id
        self.applicationName = applicationName
        self.origin = origin
        self.trace = trace
    }
}
