import Glibc
import Testing

@testable import Transport

struct SocketOptionsTests {
    private func changed(_ options: SocketOptions) -> [CInt] {
        let descriptor = Descriptor(owning: socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
        options.change(descriptor.number)
        let names = [
            (SOL_SOCKET, SO_KEEPALIVE), (CInt(IPPROTO_TCP), TCP_KEEPIDLE), (CInt(IPPROTO_TCP), TCP_KEEPINTVL),
            (CInt(IPPROTO_TCP), TCP_KEEPCNT), (CInt(IPPROTO_TCP), TCP_USER_TIMEOUT),
        ]
        return names.map { level, name in
            var value: CInt = -1
            var size = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor.number, level, name, &value, &size)
            return value
        }
    }

    @Test func `a joined connection gets what differs from the standard`() {
        var options = SocketOptions()
        options.keepAlive = SocketOptions.KeepAlive(idle: .seconds(7), interval: .seconds(3), count: 4)
        options.userTimeout = .milliseconds(2500)
        #expect(changed(options) == [1, 7, 3, 4, 2500])
    }

    @Test func `probes can be switched off`() {
        var options = SocketOptions()
        options.keepAlive = nil
        #expect(changed(options).first == 0)
    }

    @Test func `a replica that is gone is noticed within seconds`() {
        #expect(changed(.toReplicas) == [1, 5, 2, 3, 5000])
    }

    @Test func `the standard is left alone, and has no user timeout`() {
        let untouched = changed(SocketOptions())
        #expect(untouched.first == 0 && untouched.last == 0)
    }
}
