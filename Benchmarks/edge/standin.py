"""Says what PostgreSQL says at a login, to whoever knows the role's secret, and then nothing. Takes its verifier, prints its port."""
import asyncio
import base64
import hashlib
import hmac
import os
import resource
import struct
import sys


def frame(tag, body):
    return tag + struct.pack("!i", len(body) + 4) + body


def authentication(kind, body=b""):
    return frame(b"R", struct.pack("!i", kind) + body)


WELCOME = authentication(0) + b"".join(
    frame(b"S", name + b"\0" + value + b"\0") for name, value in [
        (b"server_version", b"15.0"), (b"client_encoding", b"UTF8"), (b"server_encoding", b"UTF8"),
        (b"standard_conforming_strings", b"on"), (b"DateStyle", b"ISO, MDY"), (b"TimeZone", b"UTC"),
        (b"integer_datetimes", b"on"), (b"IntervalStyle", b"postgres"), (b"is_superuser", b"off"),
        (b"session_authorization", b"demo"), (b"application_name", b"")]
) + frame(b"K", struct.pack("!ii", 1, 2)) + frame(b"Z", b"I")
# SCRAM-SHA-256$iterations:salt$stored key:server key
_, COST, KEYS = sys.argv[1].split("$")
ITERATIONS, SALT = COST.split(":")
SERVER_KEY = base64.b64decode(KEYS.split(":")[1])


class Session(asyncio.Protocol):
    """Each message of a login comes in one piece: its sender waits for the answer."""

    def connection_made(self, transport):
        self.transport, self.step = transport, 0

    def data_received(self, data):
        self.step += 1
        if self.step == 1:
            self.transport.write(authentication(10, b"SCRAM-SHA-256\0\0"))
        elif self.step == 2:
            self.bare = data[data.index(b"n=", data.index(b",,")):].decode()
            nonce = self.bare.split("r=")[1] + base64.b64encode(os.urandom(18)).decode()
            self.first = f"r={nonce},s={SALT},i={ITERATIONS}"
            self.transport.write(authentication(11, self.first.encode()))
        elif self.step == 3:
            last = data[5:].decode().rsplit(",p=", 1)[0]
            proof = hmac.new(SERVER_KEY, f"{self.bare},{self.first},{last}".encode(), hashlib.sha256).digest()
            self.transport.write(authentication(12, b"v=" + base64.b64encode(proof)) + WELCOME)


async def main():
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
asyncio.run(main())
