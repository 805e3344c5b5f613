/// Every method a server offers, found by the bytes of its path. Made once, shared by all connections.
package struct MethodTable: Sendable {
    private var methods: [MethodHandler] = []
    /// Half empty at least, so that a search ends soon. What is in it is ours, so that no stranger can make it long.
    private var places: [Int?]

    /// When two services claim one path, the later one has it.
    package init(_ services: [ServiceDefinition]) {
        let all = services.flatMap(\.methods)
        var capacity = 8
        while capacity < 2 * all.count { capacity *= 2 }
        places = Array(repeating: nil, count: capacity)
        for method in all { insert(method) }
    }

    private mutating func insert(_ method: MethodHandler) {
        let path = Array(method.path.utf8)
        var place = Self.hash(path, path.indices) & (places.count - 1)
        while let number = places[place] {
            if methods[number].path == method.path {
                methods[number] = method
                return
            }
            place = (place + 1) & (places.count - 1)
        }
        places[place] = methods.count
        methods.append(method)
    }

    /// - Parameter path: where in the bytes it is.
    func method(at path: Range<Int>, in bytes: [UInt8]) -> MethodHandler? {
        var place = Self.hash(bytes, path) & (places.count - 1)
        while let number = places[place] {
            if methods[number].path.utf8.elementsEqual(bytes[path]) { return methods[number] }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// FNV-1a.
    private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }
}
