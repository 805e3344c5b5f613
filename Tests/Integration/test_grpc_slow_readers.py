"""Ten thousand streams whose readers take a byte now and then."""
import struct

from interop import Client, OurServer
from rawhttp2 import Attacker, Bystander, call, frame, message, odd, resident_kib
from waiting import eventually

CONNECTIONS, STREAMS = 40, 250
# Of each stream: 64 messages of 4 KiB. What all of them would be, 2.5 GiB, is never there.
SIZES = [4096] * 64
STREAM_LIMIT_KIB = 48
PAUSE_LIMIT = 1.0


class Reader(Attacker):
    """Asks for streams with windows of a few bytes, and counts the bytes of DATA that came."""

    def __init__(self, address):
        super().__init__(address, settings=struct.pack(">HI", 4, 16))
        self.rest, self.taken = b"", 0
        request = Client.wanting(*SIZES).SerializeToString()
        path = b"/grpc.testing.TestService/StreamingOutputCall"
        self.send(b"".join(call(odd(n), path=path) + message(request, odd(n)) for n in range(STREAMS)))

    def widen(self, byte_count):
        self.send(b"".join(frame(8, 0, odd(n), struct.pack(">I", byte_count)) for n in range(STREAMS)))

    def has(self, byte_count):
        self.rest += self.hear(0)
        while len(self.rest) >= 9:
            length = int.from_bytes(self.rest[:3], "big")
            if len(self.rest) < 9 + length:
                break
            if self.rest[3] == 0:
                self.taken += length
            self.rest = self.rest[9 + length:]
        assert not self.is_closed
        return self.taken >= byte_count * STREAMS


def test_ten_thousand_slow_streams_cost_little_and_stall_nobody():
    with OurServer() as server:
        with Bystander(server.address) as bystander:
            eventually(lambda: bystander.calls > 20, what="the first calls")
            before = resident_kib(server)
            readers = [Reader(server.address) for _ in range(CONNECTIONS)]
            eventually(lambda: all([reader.has(16) for reader in readers]), 60, "the first bytes of every stream")
            for byte_count in range(17, 20):
                for reader in readers:
                    reader.widen(1)
                eventually(lambda: all([reader.has(byte_count) for reader in readers]), 60, "one byte more of every stream")
            grown = resident_kib(server) - before
            # Beside ten thousand that wait, one reader who takes all has all.
            eager = Client(bystander.channel)
            assert sum(len(answer.payload.body) for answer in eager.output(Client.wanting(*SIZES), timeout=30)) == sum(SIZES)
            for reader in readers:
                reader.socket.close()
    print(f"{grown / 1024:.0f} MiB for {CONNECTIONS * STREAMS} streams: {grown / CONNECTIONS / STREAMS:.1f} KiB each")
    assert grown < STREAM_LIMIT_KIB * CONNECTIONS * STREAMS
    assert not bystander.errors
    assert bystander.longest < PAUSE_LIMIT
