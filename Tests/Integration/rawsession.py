"""A Postgres session of any protocol version, for what libpq 15 cannot ask for: its cancel key, and a cancel request that
goes to another server than the session's."""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct

import wire

CANCEL_REQUEST = 80877102


class RawSession:
    """Logged in, and ready for queries."""

    def __init__(self, fleet, proxy=0, endpoint="demo", version=(3, 0), timeout=60, **parameters):
        known = fleet.conninfo(proxy, endpoint)
        context = ssl.create_default_context(cafile=known["sslrootcert"])
        connection = socket.create_connection(("127.0.0.1", known["port"]), timeout=timeout)
        connection.sendall(wire.SSL_REQUEST)
        assert connection.recv(1) == b"S"
        self.connection = context.wrap_socket(connection, server_hostname=known["host"])
        body = struct.pack("!i", version[0] << 16 | version[1])
        for name, value in ({"user": known["user"], "database": known["dbname"]} | parameters).items():
            body += f"{name}\0{value}\0".encode()
        self.connection.sendall(struct.pack("!i", len(body) + 5) + body + b"\0")
        self.process_id, self.secret, self.parameters, self.notices = None, None, {}, []
        self.log_in(known["password"])

    def log_in(self, password):
        while True:
            kind, body = wire.receive(self.connection)
            assert kind != b"E", body
            if kind == b"R" and body[:4] == struct.pack("!i", 10):
                self.prove(password)
            elif kind == b"K":
                self.process_id, self.secret = struct.unpack("!i", body[:4])[0], body[4:]
            elif kind == b"S":
                name, value = body.decode().split("\0")[:2]
                self.parameters[name] = value
            elif kind == b"N":
                self.notices.append(fields(body))
            elif kind == b"Z":
                return

    def prove(self, password):
        """SCRAM-SHA-256, RFC 5802."""
        bare = b"n=,r=" + base64.b64encode(os.urandom(18))
        first = b"n,," + bare
        self.send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
        kind, challenge = wire.receive(self.connection)
        assert kind == b"R" and challenge[:4] == struct.pack("!i", 11), challenge
        told = dict(part.split(b"=", 1) for part in challenge[4:].split(b","))
        without_proof = b"c=biws,r=" + told[b"r"]
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(told[b"s"]), int(told[b"i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        message = b",".join([bare, challenge[4:], without_proof])
        signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
        proof = bytes(left ^ right for left, right in zip(client_key, signature))
        self.send(b"p", without_proof + b",p=" + base64.b64encode(proof))

    def send(self, kind, body=b""):
        self.connection.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def ask(self, query):
        self.send(b"Q", query.encode() + b"\0")

    def answer(self):
        """What came up to ReadyForQuery: the rows' raw bodies, and the fields of an error or None."""
        rows, error = [], None
        while True:
            kind, body = wire.receive(self.connection)
            if kind == b"D":
                rows.append(body)
            elif kind == b"E":
                error = fields(body)
            elif kind == b"Z":
                return rows, error

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def fields(body):
    """Of an ErrorResponse or NoticeResponse, by their letters."""
    return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}


def cancel(port, process_id, secret, context=None, timeout=60):
    """Sends a CancelRequest, and returns when the server has closed the connection, as libpq does."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    if context:
        connection.sendall(wire.SSL_REQUEST)
        assert connection.recv(1) == b"S"
        connection = context.wrap_socket(connection, server_hostname="demo.localtest.me")
    body = struct.pack("!ii", CANCEL_REQUEST, process_id) + secret
    connection.sendall(struct.pack("!i", len(body) + 4) + body)
    with connection:
        try:
            assert connection.recv(1) == b"", "a cancel request has no answer"
        except (ConnectionResetError, ssl.SSLEOFError):
            pass
