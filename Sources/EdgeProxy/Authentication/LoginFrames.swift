internal import NIOCore
internal import PostgresWire
internal import Transport

/// What a client says between its startup packet and its AuthenticationOk, frame by frame.
struct LoginFrames: Sendable {
    private let stream: ByteStream
    private var reader: FrameReader

    /// - Parameter bodyLimit: of one message; see `FrameReader.Limit`.
    init(_ stream: ByteStream, bodyLimit: Int) {
        self.stream = stream
        reader = FrameReader(bodyLimit: bodyLimit)
    }

    var bodyLimit: Int {
        get { reader.bodyLimit }
        set { reader.bodyLimit = newValue }
    }

    /// - Returns: `nil` for what is no frame, or one too large for a login.
    mutating func next() async throws -> Frame? {
        while true {
            do {
                if let frame = try reader.next() { return frame }
            } catch {
                return nil
            }
            guard let bytes = try await stream.read() else {
                throw SessionEnd.unheard("the client left in the middle of its login")
            }
            reader.append(bytes)
        }
    }

    /// The login is over: what the client has sent behind it belongs to whoever reads next.
    mutating func giveBackSurplus() {
        let surplus = reader.takeSurplus()
        if surplus.readableBytes > 0 { stream.unread(surplus) }
    }
}
