/// Where an engine puts what it makes. Called only inside the engine's own calls, on the caller's thread.
package protocol TLSOutput: AnyObject {
    /// Bytes for the wire, in order; valid for the length of the call.
    func appendCiphertext(_ bytes: RawSpan)

    /// Lends room for at least `count` bytes of plaintext, to be filled from the front, or not at all.
    func appendPlaintext(atLeast count: Int, _ fill: (inout OutputRawSpan) -> Void)
}
