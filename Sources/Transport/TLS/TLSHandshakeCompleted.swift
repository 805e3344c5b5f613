package import TLSEngine

/// Fired into the pipeline by `TLSHandler` once, before any plaintext.
package struct TLSHandshakeCompleted: Sendable {
    package var peer: TLSPeer
}
