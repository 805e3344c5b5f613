internal import CProtobufC

/// From C values in an arena to Swift values that need it no more.
extension Arena {
    /// - Throws: `notUTF8`, `stringHoldsNUL`.
    func string(at text: UnsafePointer<CChar>?) throws(MessageFailure) -> String {
        guard let text = unsafe text, unsafe owns(text) else { return "" }
        let byteCount = unsafe length(of: text) - 1
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: byteCount)
        guard unsafe !bytes.contains(0) else { throw .stringHoldsNUL }
        guard let string = unsafe String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return string
    }

    func blob(at bytes: ProtobufCBinaryData) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: bytes.data, count: bytes.len))
    }

    func message<Message: CMessage>(
        at pointer: UnsafeMutablePointer<Message.CStruct>?
    ) throws(MessageFailure) -> Message? {
        guard let pointer = unsafe pointer else { return nil }
        return try unsafe Message(copying: pointer, in: self)
    }

    func strings(
        at list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, count: Int
    ) throws(MessageFailure) -> [String] {
        var strings: [String] = []
        strings.reserveCapacity(count)
        let list = unsafe UnsafeBufferPointer(start: list, count: count)
        for index in 0..<count { strings.append(try unsafe string(at: list[index])) }
        return strings
    }

    func blobs(at list: UnsafeMutablePointer<ProtobufCBinaryData>?, count: Int) -> [[UInt8]] {
        unsafe UnsafeBufferPointer(start: list, count: count).map { unsafe blob(at: $0) }
    }

    func messages<Message: CMessage>(
        at list: UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?>?, count: Int
    ) throws(MessageFailure) -> [Message] {
        var messages: [Message] = []
        messages.reserveCapacity(count)
        let list = unsafe UnsafeBufferPointer(start: list, count: count)
        for index in 0..<count {
            if let message: Message = try unsafe message(at: list[index]) { messages.append(message) }
        }
        return messages
    }

    func numbers<Number>(at list: UnsafeMutablePointer<Number>?, count: Int) -> [Number] {
        unsafe Array(UnsafeBufferPointer(start: list, count: count))
    }
}
