"""HTTP/2 by hand, for clients that no library would be; and who is beside them, and what the server has of it."""
import socket
import ssl
import struct
import threading
import time
from pathlib import Path

import grpc

from interop import SERVICE, pb

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """HPACK without a table. RFC 7541 §6.2.3."""
    return b"\x10" + bytes([len(name)]) + name + bytes([len(value)]) + value


def block(path=b"/grpc.testing.TestService/UnaryCall", *more):
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path), (b":authority", b"a"),
              (b"te", b"trailers"), (b"content-type", b"application/grpc"), *more]
    return b"".join(literal(*field) for field in fields)


def call(stream, flags=4, path=b"/grpc.testing.TestService/UnaryCall"):
    return frame(1, flags, stream, block(path))


def message(body, stream, flags=1):
    return frame(0, flags, stream, b"\0" + struct.pack(">I", len(body)) + body)


def connected(address, tls=None):
    """A socket to host:port, behind a TLS handshake if there is a context for it."""
    host, port = address.split(":")
    plain = socket.create_connection((host, int(port)), timeout=5)
    return tls.wrap_socket(plain, server_hostname="localhost") if tls else plain


def until_closed(connection, seconds=10):
    """Reads until the other end hangs up, in order or with a reset. One that does not is an error."""
    connection.settimeout(seconds)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        raise
    except OSError:
        pass  # A reset is an end too.


def careless():
    """A TLS context that trusts everybody and offers HTTP/2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


class Attacker:
    """A raw connection to the server that ends by itself."""

    def __init__(self, address, settings=b"", reads=True, tls=None, acknowledges=True):
        self.socket = connected(address, tls)
        self.reads = reads
        self.send(PREFACE + frame(4, payload=settings) + (frame(4, 1) if acknowledges else b""))

    def send(self, data):
        self.socket.sendall(data)

    def flood(self, make, count, batch=200):
        """Sends until the server has had enough. Returns what it said, and whether it closed."""
        heard = b""
        try:
            for start in range(0, count, batch):
                self.send(b"".join(make(number) for number in range(start, start + batch)))
                heard += self.hear(0)
        except TimeoutError:
            pass  # It does not read any more.
        except OSError:
            return heard + self.hear(0.2), True
        heard += self.hear(0.5)
        return heard, self.is_closed or self.is_refused()

    def is_refused(self):
        """Whether the server has closed, seen by who does not read."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                self.send(frame(4))
            except TimeoutError:
                pass
            except OSError:
                return True
            time.sleep(0.05)
        return False

    is_closed = False

    def hear(self, patience):
        heard = b""
        if not self.reads:
            return heard
        self.socket.settimeout(patience or 0.0)
        try:
            while data := self.socket.recv(1 << 16):
                heard += data
            self.is_closed = True
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.is_closed = True
        self.socket.settimeout(5)
        return heard

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def odd(number):
    return 2 * number + 1


class Bystander:
    """An honest client that calls all the time, on one connection, and notes errors and the longest wait."""

    def __init__(self, address, credentials=None):
        self.errors, self.longest, self.calls = [], 0.0, 0
        self.ends = threading.Event()
        self.channel = grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
        self.echo = self.channel.unary_unary(
            SERVICE + "UnaryCall", request_serializer=pb.SimpleRequest.SerializeToString,
            response_deserializer=pb.SimpleResponse.FromString)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ends.is_set():
            began = time.monotonic()
            try:
                self.echo(pb.SimpleRequest(response_size=64), timeout=10)
            except grpc.RpcError as error:
                self.errors.append(str(error))
            self.longest = max(self.longest, time.monotonic() - began)
            self.calls += 1
            time.sleep(0.002)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        self.channel.close()


def resident_kib(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def descriptors(server):
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
