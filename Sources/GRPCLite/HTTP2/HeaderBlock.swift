/// The fields of one HEADERS frame and its continuations, as they came: bytes in one piece, no text made of them until
/// somebody asks.
struct HeaderBlock: Equatable {
    /// Where the bytes of one field are.
    struct Place: Equatable {
        var name: Range<Int>
        var value: Range<Int>
    }

    /// For each field the lengths of its name and value, then the two.
    private(set) var bytes: [UInt8] = []
    /// Name, value and 32 for each field, kept or not. RFC 9113 §6.5.2.
    var size = 0
    /// Over the limit: the fields are only the beginning.
    var isTooLarge = false
    var endsStream = false

    private static let lengthSize = MemoryLayout<UInt32>.size
    /// Holds an ordinary gRPC request.
    private static let usualSize = 320

    init() {}

    init(fields: [HeaderField], size: Int = 0, isTooLarge: Bool = false, endsStream: Bool = false) {
        (self.size, self.isTooLarge, self.endsStream) = (size, isTooLarge, endsStream)
        for field in fields { append(name: Array(field.name.utf8).span, value: Array(field.value.utf8).span) }
    }

    mutating func append(name: borrowing Span<UInt8>, value: borrowing Span<UInt8>) {
        if bytes.isEmpty { bytes.reserveCapacity(Self.usualSize) }
        append(length: name.count)
        append(length: value.count)
        unsafe name.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func append(length: Int) {
        let length = UInt32(truncatingIfNeeded: length)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }

    /// In the order in which they came.
    func forEachField<Failure>(_ body: (Place) throws(Failure) -> Void) throws(Failure) {
        var next = 0
        while next < bytes.count {
            let nameStart = next + 2 * Self.lengthSize
            let valueStart = nameStart + length(at: next)
            next = valueStart + length(at: nameStart - Self.lengthSize)
            try body(Place(name: nameStart..<valueStart, value: valueStart..<next))
        }
    }

    private func length(at start: Int) -> Int {
        (0..<Self.lengthSize).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Where the bytes are that have no blanks around them.
    func withoutBlanksAround(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let last = range.last, bytes[last].isBlank { range = range.lowerBound..<last }
        while let first = range.first, bytes[first].isBlank { range = first + 1..<range.upperBound }
        return range
    }

    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return hasPrefix(text, at: range)
    }

    func hasPrefix(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where unsafe bytes[range.lowerBound + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// As text, one by one. Costs an allocation or two each.
    var fields: [HeaderField] {
        var fields: [HeaderField] = []
        forEachField { place in fields.append(HeaderField(text(place.name), text(place.value))) }
        return fields
    }
}
