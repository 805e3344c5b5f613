internal import CProtobufC

/// From Swift values to C values that live in an arena until they are packed.
extension Arena {
    /// - Throws: `stringHoldsNUL`.
    func place(_ text: String) throws(MessageFailure) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8)
        guard !bytes.contains(0) else { throw .stringHoldsNUL }
        let copy = try unsafe room(for: CChar.self, count: bytes.count + 1)  // The last one stays NUL.
        for (index, byte) in bytes.enumerated() { unsafe copy[index] = CChar(bitPattern: byte) }
        return unsafe copy
    }

    func place(_ bytes: [UInt8]) throws(MessageFailure) -> ProtobufCBinaryData {
        let copy = try unsafe room(for: UInt8.self, count: bytes.count)
        unsafe copy.update(from: bytes, count: bytes.count)
        return unsafe ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    func place<Message: CMessage>(
        _ message: Message?
    ) throws(MessageFailure) -> UnsafeMutablePointer<Message.CStruct>? {
        guard let message else { return nil }
        let copy = try unsafe room(for: Message.self)
        try unsafe message.fill(copy, in: self)
        return unsafe copy
    }

    func place(_ texts: [String]) throws(MessageFailure) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let list = try unsafe room(for: UnsafeMutablePointer<CChar>?.self, count: texts.count)
        for (index, text) in texts.enumerated() { unsafe list[index] = try place(text) }
        return unsafe list
    }

    func place(_ blobs: [[UInt8]]) throws(MessageFailure) -> UnsafeMutablePointer<ProtobufCBinaryData> {
        let list = try unsafe room(for: ProtobufCBinaryData.self, count: blobs.count)
        for (index, blob) in blobs.enumerated() { unsafe list[index] = try place(blob) }
        return unsafe list
    }

    func place<Message: CMessage>(
        _ messages: [Message]
    ) throws(MessageFailure) -> UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?> {
        let list = try unsafe room(for: UnsafeMutablePointer<Message.CStruct>?.self, count: messages.count)
        for (index, message) in messages.enumerated() { unsafe list[index] = try place(message) }
        return unsafe list
    }

    func place<Number: BitwiseCopyable>(_ numbers: [Number]) throws(MessageFailure) -> UnsafeMutablePointer<Number> {
        let list = try unsafe room(for: Number.self, count: numbers.count)
        unsafe list.update(from: numbers, count: numbers.count)
        return unsafe list
    }

    /// A message's C struct with every field at its default.
    func room<Message: CMessage>(
        for type: Message.Type
    ) throws(MessageFailure) -> UnsafeMutablePointer<Message.CStruct> {
        let room = try unsafe room(for: Message.CStruct.self, count: 1)
        unsafe Message.initialize(room)
        return unsafe room
    }

    /// Zeroed room for values of a C type, all of which zero is a lawful value of.
    private func room<Value>(
        for type: Value.Type, count: Int
    ) throws(MessageFailure) -> UnsafeMutablePointer<Value> {
        guard let room = unsafe allocate(count * MemoryLayout<Value>.stride) else { throw .tooLarge(byteLimit: limit) }
        return unsafe room.bindMemory(to: type, capacity: count)
    }
}
