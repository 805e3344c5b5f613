internal import COpenSSL

/// What a `TLSContext` holds at one time. Never changes; an engine keeps the one that it began with.
@safe final class TLSContents: Sendable {
    let fallback: SSLContext
    let certificates: [ServedCertificate]
    let wildcardDomains: [String]
    /// `nil`: there is nothing to choose from.
    private let byName: ServerNameTable<SSLContext>?

    /// - Parameter contexts: at least one; the first is for clients that ask for none of the names.
    init(_ contexts: [SSLContext]) {
        // An empty list cannot come out of `TLSContext`, which always has a first.
        fallback = contexts[0]
        certificates = contexts.compactMap(\.certificate)
        byName =
            contexts.count > 1 ? ServerNameTable(contexts.map { ($0.certificate?.dnsNames ?? [], $0) }) : nil
        var domains: [String] = []
        for name in certificates.flatMap(\.dnsNames) where name.hasPrefix("*.") {
            let domain = String(name.dropFirst(2))
            if !domains.contains(domain) { domains.append(domain) }
        }
        wildcardDomains = domains
    }

    convenience init(_ context: SSLContext) {
        self.init([context])
    }

    /// The slot of OpenSSL's own “application data” (`SSL_set_app_data`).
    private static let slot: CInt = 0

    /// Lets `choose(for:)` find these contents, which must outlive the connection.
    func attach(to connection: OpaquePointer) {
        guard byName != nil else { return }
        _ = unsafe SSL_set_ex_data(connection, Self.slot, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Called with the client's greeting, before anything in it is acted on: has the connection show the certificate for
    /// the name that it asks for.
    static func choose(for connection: OpaquePointer) {
        guard let raw = unsafe SSL_get_ex_data(connection, slot) else { return }
        let contents = unsafe Unmanaged<TLSContents>.fromOpaque(raw).takeUnretainedValue()
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard
            unsafe SSL_client_hello_get0_ext(connection, CUnsignedInt(TLSEXT_TYPE_server_name), &bytes, &count) == 1,
            let bytes = unsafe bytes,
            let name = unsafe ServerNameExtension.hostName(in: Array(UnsafeBufferPointer(start: bytes, count: count))),
            let chosen = contents.byName?.value(for: name)
        else { return }
        _ = unsafe SSL_set_SSL_CTX(connection, chosen.handle)
    }
}
