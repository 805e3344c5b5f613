internal import CNGHTTP2

/// A header block in the form nghttp2 takes. nghttp2 copies it, so nothing has to outlive the call.
enum NameValueList {
    /// - Parameter body: gets a pointer that is good for the duration of the call alone.
    static func with<Result>(
        _ fields: [HeaderField], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        var text: [UInt8] = []
        text.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count })
        for field in fields {
            text.append(contentsOf: field.name.utf8)
            text.append(contentsOf: field.value.utf8)
        }
        return unsafe text.withUnsafeMutableBufferPointer { text in
            var list: [nghttp2_nv] = unsafe []
            unsafe list.reserveCapacity(fields.count)
            var next = text.baseAddress
            for field in fields {
                let (nameLength, valueLength) = (field.name.utf8.count, field.value.utf8.count)
                let flags = field.isIndexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX
                unsafe list.append(
                    nghttp2_nv(
                        name: next, value: next?.advanced(by: nameLength), namelen: nameLength, valuelen: valueLength,
                        flags: UInt8(truncatingIfNeeded: flags.rawValue)))
                unsafe next = next?.advanced(by: nameLength + valueLength)
            }
            return unsafe list.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
        }
    }
}
