internal import ArgumentParser
internal import Glibc

/// `host:port` to listen on. Port 0 takes a free one.
struct ListenAddress: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// A v6 host stands in brackets.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else {
            return nil
        }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: Int(port))
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// With a number for a host: clients are told it as `hostaddr`, which knows no names.
    ///
    /// - Throws: `CommandFailure` for any name but `localhost`.
    func numeric() throws -> ListenAddress {
        if host == "localhost" { return ListenAddress(host: "127.0.0.1", port: port) }
        var room = in6_addr()
        guard inet_pton(AF_INET, host, &room) == 1 || inet_pton(AF_INET6, host, &room) == 1 else {
            throw CommandFailure.badConfiguration(
                "--listen: “\(host)” is no address of this machine; write its number, such as 127.0.0.1 or 0.0.0.0")
        }
        return self
    }

    /// Where a client on this machine reaches it: what listens everywhere also listens here.
    var reachable: ListenAddress {
        switch host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: port)
        case "::": ListenAddress(host: "::1", port: port)
        default: self
        }
    }
}
