internal import GRPCLite
internal import Gossip
internal import NIOPosix
internal import SidecarAPI
internal import TLSEngine
internal import Transport

/// A way to the fleet.
struct AdminLink {
    /// For one connect; an operator waits for the next proxy no longer than that.
    private static let connectLimit: Duration = .seconds(2)

    struct Proxy: Sendable {
        /// By its id, or by its address where nobody has told its id.
        var name: String
        fileprivate var channel: GRPCClientChannel

        var admin: AdminV1.AdminClient { AdminV1.AdminClient(channel) }
    }

    /// What one proxy had to say.
    struct Answer<Value: Sendable>: Sendable {
        var proxy: String
        var value: Value
    }

    let proxies: [Proxy]

    init(_ options: AdminOptions) throws {
        let tls = try options.remote.tls(data: options.data)
        guard options.remote.address.isEmpty else {
            proxies = options.remote.address.map { address in
                Proxy(
                    name: "\(address)",
                    channel: Self.channel(to: address, tls) { identity in
                        if case .proxy(let id) = identity { return options.proxy.map { MemberID($0) == id } ?? true }
                        return false
                    })
            }
            return
        }
        let fleet = try options.fleet()
        let asked = fleet.proxies.filter { options.proxy == nil || $0.id == options.proxy }
        guard !asked.isEmpty else {
            let known = fleet.proxies.map(\.id).joined(separator: ", ")
            throw CommandFailure.badConfiguration("--proxy: “\(options.proxy ?? "")” is none of \(known)")
        }
        proxies = try asked.map { proxy in
            guard let address = ListenAddress(argument: proxy.grpc) else {
                throw CommandFailure.badConfiguration("fleet.json: “\(proxy.grpc)” is not host:port")
            }
            let expected = FleetIdentity.proxy(MemberID(proxy.id))
            return Proxy(name: proxy.id, channel: Self.channel(to: address, tls) { $0 == expected })
        }
    }

    private static func channel(
        to address: ListenAddress, _ tls: TLSContext, isExpected: @escaping @Sendable (FleetIdentity?) -> Bool
    ) -> GRPCClientChannel {
        GRPCClientChannel(
            host: address.host, port: address.port, tls: tls,
            expectedPeer: { isExpected(FleetIdentity(uriNames: $0.uriNames)) }, connectLimit: connectLimit,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    /// Asks the proxies in turn until one has an answer; “unavailable” is none.
    func call<Value>(
        _ body: (AdminV1.AdminClient) async throws(GRPCStatus) -> Value
    ) async throws -> Value {
        var silences: [String] = []
        for proxy in proxies {
            do throws(GRPCStatus) {
                return try await body(proxy.admin)
            } catch {
                guard error.code == .unavailable else { throw CommandFailure(error) }
                silences.append("\(proxy.name): \(error.message)")
            }
        }
        throw CommandFailure.failed("no proxy can answer (\(silences.joined(separator: "; "))). Is the fleet running?")
    }

    /// Asks every proxy, side by side. One that cannot be reached is complained of and left out, as long as another one
    /// answers; any other trouble is everybody's.
    func callAll<Value: Sendable>(
        _ body: @escaping @Sendable (AdminV1.AdminClient) async throws(GRPCStatus) -> Value
    ) async throws -> [Answer<Value>] {
        let results = await withTaskGroup(of: (Int, Result<Value, GRPCStatus>).self) { group in
            for (index, proxy) in proxies.enumerated() {
                group.addTask {
                    do throws(GRPCStatus) {
                        return (index, .success(try await body(proxy.admin)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        var answers: [Answer<Value>] = []
        var silences: [String] = []
        for (index, result) in results {
            switch result {
            case .success(let value): answers.append(Answer(proxy: proxies[index].name, value: value))
            case .failure(let status) where status.code == .unavailable:
                silences.append("\(proxies[index].name) does not answer: \(status.message)")
            case .failure(let status): throw CommandFailure(status)
            }
        }
        guard !answers.isEmpty else {
            throw CommandFailure.failed("\(silences.joined(separator: "; ")). Is the fleet running?")
        }
        for silence in silences { CommandFailure.failed(silence).report() }
        return answers
    }
}

extension CommandFailure {
    init(_ status: GRPCStatus) {
        self = .failed(status.message.isEmpty ? "\(status)" : status.message)
    }
}
