/// Something kept for each open stream, found by the stream's number.
///
/// A peer counts its streams up by two, so the number itself spreads them over the places: no hashing. A place that is
/// taken by an older stream moves the newer one to the next; streams that are open are few, and their number is limited.
struct StreamTable<Value> {
    /// The stream number of each place; 0, which is no stream's, where it is empty. At least half of them are.
    private var numbers: [HTTP2StreamID]
    private var values: [Value?]
    private(set) var count = 0
    /// How many of them are not at the places that their numbers say. Seldom any.
    private var displaced = 0

    private static var smallestCapacity: Int { 16 }

    init() {
        numbers = Array(repeating: 0, count: Self.smallestCapacity)
        values = Array(repeating: nil, count: Self.smallestCapacity)
    }

    /// In no particular order.
    var streams: [HTTP2StreamID] { numbers.filter { $0 != 0 } }

    subscript(stream: HTTP2StreamID) -> Value? {
        guard let place = place(of: stream) else { return nil }
        return values[place]
    }

    /// Replaces what was there.
    mutating func insert(_ value: Value, at stream: HTTP2StreamID) {
        if count * 2 >= numbers.count { grow() }
        var place = home(of: stream)
        while numbers[place] != 0, numbers[place] != stream { place = next(place) }
        if numbers[place] == 0 {
            count += 1
            if place != home(of: stream) { displaced += 1 }
        }
        numbers[place] = stream
        values[place] = value
    }

    /// Changes what is kept, in its place.
    /// - Returns: `nil`, and nothing done, when there is nothing.
    mutating func modify<Result>(_ stream: HTTP2StreamID, _ body: (inout Value) -> Result) -> Result? {
        // Moved out and in: there is never a second owner that would make its arrays be copied.
        guard let place = place(of: stream), var value = values[place].take() else { return nil }
        defer { values[place] = value }
        return body(&value)
    }

    @discardableResult
    mutating func remove(_ stream: HTTP2StreamID) -> Value? {
        guard var hole = place(of: stream) else { return nil }
        var removed: Value?
        swap(&removed, &values[hole])
        numbers[hole] = 0
        count -= 1
        if hole != home(of: stream) { displaced -= 1 }
        // Whoever was moved past the hole moves back, or would not be found again.
        var place = next(hole)
        while displaced > 0, numbers[place] != 0 {
            let home = home(of: numbers[place])
            if distance(from: home, to: place) >= distance(from: hole, to: place) {
                if hole == home { displaced -= 1 }
                numbers.swapAt(hole, place)
                values.swapAt(hole, place)
                hole = place
            }
            place = next(place)
        }
        return removed
    }

    private func place(of stream: HTTP2StreamID) -> Int? {
        var place = home(of: stream)
        while numbers[place] != 0 {
            if numbers[place] == stream { return place }
            place = next(place)
        }
        return nil
    }

    private func home(of stream: HTTP2StreamID) -> Int {
        Int(truncatingIfNeeded: UInt32(bitPattern: stream) >> 1) & (numbers.count - 1)
    }

    private func next(_ place: Int) -> Int { (place + 1) & (numbers.count - 1) }

    private func distance(from start: Int, to end: Int) -> Int { (end - start) & (numbers.count - 1) }

    private mutating func grow() {
        let (oldNumbers, oldValues) = (numbers, values)
        numbers = Array(repeating: 0, count: oldNumbers.count * 2)
        values = Array(repeating: nil, count: oldNumbers.count * 2)
        (count, displaced) = (0, 0)
        for (stream, value) in zip(oldNumbers, oldValues) {
            if let value { insert(value, at: stream) }
        }
    }
}
