internal import NIOCore
internal import Transport

extension AdministratorLogin {
    /// Whether Postgres takes new connections. A session that is open already cannot tell: its process answers, though the
    /// one that would begin another may stand still.
    ///
    /// Comes and leaves again without a word: the process that Postgres begins for us sees that, and ends. It is no session:
    /// nobody logs in, and neither the log nor the statistics know of it.
    ///
    /// - Throws: when nobody opens; after cancellation too.
    func knock() async throws {
        let stream = try await dial()
        do {
            try await stream.finishWriting()
            while try await stream.read() != nil {}
        } catch let failure as StreamFailure where failure.reason == .reset {
            // Somebody has closed it.
        } catch {
            await stream.abandon()
            throw error
        }
        await stream.abandon()
    }

    private func dial() async throws -> ByteStream {
        switch way {
        case .network(let host, let port, _, _):
            try await Dialer.connect(host: host, port: port, on: group.next(), timeout: Self.limit)
        case .socket(let path):
            try await Dialer.connect(socket: path, on: group.next(), timeout: Self.limit)
        }
    }
}
