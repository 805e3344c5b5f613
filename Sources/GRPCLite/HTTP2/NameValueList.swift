internal import CNGHTTP2

/// A header block in the form nghttp2 takes.
enum NameValueList {
    /// nghttp2 keeps pointers to the constants, which live as long as the program does, and copies everything else.
    ///
    /// - Parameter body: gets a pointer that is good for the duration of the call alone.
    static func with<Result>(
        _ constants: [ConstantField] = [], _ fields: [HeaderField], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: constants.count + fields.count) { list in
            for index in constants.indices { unsafe list.initializeElement(at: index, to: entry(constants[index])) }
            // Without fields this is the whole path of an ordinary answer.
            guard !fields.isEmpty else { return unsafe body(list.baseAddress, list.count) }
            var text: [UInt8] = []
            text.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count })
            for field in fields {
                text.append(contentsOf: field.name.utf8)
                text.append(contentsOf: field.value.utf8)
            }
            return unsafe text.withUnsafeMutableBufferPointer { text in
                var next = text.baseAddress
                for (index, field) in fields.enumerated() {
                    let (nameLength, valueLength) = (field.name.utf8.count, field.value.utf8.count)
                    let flags = field.isIndexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX
                    unsafe list.initializeElement(
                        at: constants.count + index,
                        to: nghttp2_nv(
                            name: next, value: next?.advanced(by: nameLength), namelen: nameLength,
                            valuelen: valueLength, flags: UInt8(truncatingIfNeeded: flags.rawValue)))
                    unsafe next = next?.advanced(by: nameLength + valueLength)
                }
                return unsafe body(list.baseAddress, list.count)
            }
        }
    }

    private static func entry(_ field: ConstantField) -> nghttp2_nv {
        let flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
        return unsafe nghttp2_nv(
            name: UnsafeMutablePointer(mutating: field.name.utf8Start),
            value: UnsafeMutablePointer(mutating: field.value.utf8Start), namelen: field.name.utf8CodeUnitCount,
            valuelen: field.value.utf8CodeUnitCount, flags: UInt8(truncatingIfNeeded: flags))
    }
}
