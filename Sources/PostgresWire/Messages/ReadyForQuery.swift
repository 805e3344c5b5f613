package import NIOCore

/// The server waits for the next command. Tag `Z`; one byte that says how it stands with a transaction.
package struct ReadyForQuery: Equatable, Sendable {
    package static let tag = UInt8(ascii: "Z")

    package enum TransactionState: UInt8, Sendable {
        case idle = 0x49  // I
        case inTransaction = 0x54  // T
        case failed = 0x45  // E
    }

    package var state: TransactionState

    package init(state: TransactionState) {
        self.state = state
    }

    /// - Parameter body: without tag and length.
    /// - Returns: `nil` unless the body is one byte that is a state.
    package init?(decoding body: ByteBuffer) {
        guard body.readableBytes == 1, let byte = body.readableBytesView.first else { return nil }
        guard let state = TransactionState(rawValue: byte) else { return nil }
        self.state = state
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(tag: Self.tag) { $0.writeInteger(state.rawValue) }
    }
}
