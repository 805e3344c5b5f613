internal import NIOCore
internal import TLSEngine
internal import Telemetry

extension AttachOptions {
    /// - Parameters: where Postgres listens.
    func login(
        host: String, port: Int, group: any EventLoopGroup, ownSessions: OwnSessions
    ) throws -> AdministratorLogin {
        if let socketFolder {
            let path = SocketFolder.socket(in: socketFolder, port: port)
            return AdministratorLogin(way: .socket(path: path), user: user, group: group, ownSessions: ownSessions)
        }
        let trust = trustFile.map { AdministratorLogin.Trust(file: $0, serverName: serverName ?? host) }
        // One that cannot be read is told now, and not after the limit for Postgres's start.
        _ = try trust?.context()
        return AdministratorLogin(
            way: .network(host: host, port: port, trust: trust, password: password ?? Secret("")), user: user,
            group: group, ownSessions: ownSessions)
    }
}
