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
        let tls = try trustFile.map {
            (context: try TLSContext.client(trustedCAFile: $0), serverName: serverName ?? host)
        }
        return AdministratorLogin(
            way: .network(host: host, port: port, tls: tls, password: password ?? Secret("")), user: user, group: group,
            ownSessions: ownSessions)
    }
}
