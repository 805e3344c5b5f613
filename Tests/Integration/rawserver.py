"""An HTTP/2 server by hand, as no library would be one."""
import contextlib
import socket
import struct
import threading

from rawhttp2 import PREFACE, frame, literal


def fields(*pairs):
    return b"".join(literal(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in pairs)


def headers(stream, *more, status="200", kind="application/grpc", flags=4):
    return frame(1, flags, stream, fields((":status", status), ("content-type", kind), *more))


def trailers(stream, status="0", *more):
    return frame(1, 5, stream, fields(("grpc-status", status), *more))


def data(stream, payload, flags=0):
    return frame(0, flags, stream, payload)


def good(link, stream):
    """An empty message, and OK."""
    link.send(headers(stream) + data(stream, b"\0\0\0\0\0") + trailers(stream))


class Link:
    """One connection: reads what a lawful client says, and says what the server's script wants."""

    def __init__(self, server, connection):
        self.server, self.socket, self.rest = server, connection, b""
        self.lock = threading.Lock()
        self.streams = []

    def send(self, payload):
        """`False` when nobody hears any more."""
        try:
            with self.lock:
                self.socket.sendall(payload)
        except (OSError, ValueError):
            return False
        return True

    def repeat(self, make, count=200_000, batch=100):
        """Until the client has had enough."""
        for start in range(0, count, batch):
            if not self.send(b"".join(make(number) for number in range(start, start + batch))):
                return

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def take(self, count):
        while len(self.rest) < count:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ConnectionError
            self.rest += more
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def run(self):
        try:
            if self.server.tls:
                self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
            if self.server.on_connect(self) is False:
                return
            if self.take(len(PREFACE)) != PREFACE:
                return
            while True:
                head = self.take(9)
                payload = self.take(int.from_bytes(head[:3], "big"))
                kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
                if kind == 4 and not flags & 1:
                    self.send(frame(4, 1))
                elif kind == 6 and not flags & 1:
                    self.server.on_ping(self, payload)
                elif kind in (0, 1) and flags & 1:
                    self.streams.append(stream)
                    self.server.on_request(self, stream)
        except (OSError, ConnectionError, ValueError):
            pass
        finally:
            with contextlib.suppress(OSError):
                self.socket.close()


def settings(link):
    link.send(frame(4))


def pong(link, payload):
    link.send(frame(6, 1, payload=payload))


class RawServer:
    """Does as its scripts say, each in the thread of its connection, until it is healed."""

    def __init__(self, on_request=good, on_connect=settings, on_ping=pong, tls=None):
        self.on_request, self.on_connect, self.on_ping, self.tls = on_request, on_connect, on_ping, tls
        self.links = []
        # Bound, and never listens: keeps the port while nobody does.
        self.holder = socket.socket()
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.holder.getsockname()[1]}"
        self.listen()

    def listen(self):
        self.listener = socket.create_server(self.holder.getsockname())
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            link = Link(self, connection)
            self.links.append(link)
            link.thread = threading.Thread(target=link.run)
            link.thread.start()

    def stop_listening(self):
        """Who connects is refused, until it listens again."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def heal(self, tls=None):
        """From now on it is a server like any other."""
        self.on_request, self.on_connect, self.on_ping = good, settings, pong
        self.tls = tls or self.tls

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop_listening()
        self.holder.close()
        for link in self.links:
            link.close()
            link.thread.join()
