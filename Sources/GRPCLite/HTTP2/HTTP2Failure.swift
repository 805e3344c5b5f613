internal import CNGHTTP2

/// Why a session cannot go on, in nghttp2's words.
package struct HTTP2Failure: Error, Equatable, CustomStringConvertible {
    package var code: Int32
    package var description: String

    init(code: Int) {
        self.code = Int32(truncatingIfNeeded: code)
        description = unsafe String(cString: nghttp2_strerror(self.code))
    }

    /// - Throws: when a call into nghttp2 returned an error.
    static func check(_ result: Int32) throws(HTTP2Failure) {
        guard result >= 0 else { throw HTTP2Failure(code: Int(result)) }
    }
}
