"""A Postgres client of few words, for answers that libpq does not show: the fields of an ErrorResponse."""
import base64
import os
import socket
import ssl
import struct

SSL_REQUEST = struct.pack("!ii", 8, 80877103)


def refusal(port, *, ca_file=None, server_name=None, user="demo", database="demo", wrong_password=False, tls=True,
            timeout=45, opening=b"", check_name=True, **parameters):
    """
    Logs in as far as the server lets it; gives the fields of the error, by their letters.

    :param opening: what a balancer in front of the server says first.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(opening)
        if tls:
            connection.sendall(SSL_REQUEST)
            assert connection.recv(1) == b"S"
            context = ssl.create_default_context(cafile=ca_file)
            context.check_hostname = check_name and server_name is not None
            connection = context.wrap_socket(connection, server_hostname=server_name)
        send_startup(connection, {"user": user, "database": database} | parameters)
        while True:
            kind, body = receive(connection)
            if kind == b"E":
                return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}
            if kind == b"R" and wrong_password:
                answer_scram_wrongly(connection, body)
            elif kind == b"R" and struct.unpack("!i", body[:4])[0] == 3:
                # Asked for in the name of an endpoint, which nobody has named.
                connection.sendall(b"p" + struct.pack("!i", 6) + b"x\0")
            elif kind == b"Z":
                raise AssertionError("the server let us in")
            elif kind == b"R" and struct.unpack("!i", body[:4])[0] == 10:
                raise AssertionError("the server asks for a password")


def send_startup(connection, parameters):
    body = struct.pack("!i", 196608)
    body += b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0"
    connection.sendall(struct.pack("!i", len(body) + 4) + body)


def answer_scram_wrongly(connection, request):
    """SCRAM-SHA-256 with a proof of random bytes. RFC 5802."""
    code, rest = struct.unpack("!i", request[:4])[0], request[4:]
    if code == 10:
        first = b"n,,n=,r=" + base64.b64encode(os.urandom(18))
        body = b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first
    else:
        assert code == 11, code
        nonce = next(part for part in rest.split(b",") if part.startswith(b"r="))
        body = b"c=biws," + nonce + b",p=" + base64.b64encode(os.urandom(32))
    connection.sendall(b"p" + struct.pack("!i", len(body) + 4) + body)


def receive(connection):
    """One message: its letter and its body."""
    header = exactly(connection, 5)
    return header[:1], exactly(connection, struct.unpack("!i", header[1:])[0] - 4)


def exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        assert chunk, f"connection closed after {len(data)} of {count} bytes"
        data += chunk
    return data
