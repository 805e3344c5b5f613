"""What an idle session costs in memory. No PostgreSQL has ten thousand backends here: the database is a stand-in that says
what PostgreSQL says; the clients are sockets that speak SCRAM, and TLS where it is measured."""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import subprocess
import sys
import time
from pathlib import Path

from child import resident_kib
from report import Column, Samples, say
from rig import ENDPOINT, HOST, PASSWORD, ROLE, OwnSession

SETTLE = 3.0


def memory(options, rig, tls):
    samples = Samples(Column("KiB per session", 1), Column("KiB before", 0))
    with StandIn(rig.verifier) as database:
        rig.point_at(database.port)
        try:
            for _ in range(max(1, options.rounds // 3)):
                folder = rig.folder / f"idle-{tls}"
                with OwnSession(folder, rig.control_plane, "--client-tls", "offered") as proxy:
                    grow(samples, rig.through_sidecar(tls, proxy), options.idle, tls)
            way = rig.through_pgbouncer(tls, port=database.port)
            grow(samples, way, options.idle, tls)
        finally:
            rig.point_at(rig.database.port)
    words = "TLS from the client" if tls else "plain"
    return samples.table(f"Memory over {options.idle:,} idle sessions, {words}", "sidecar")


def grow(samples, way, count, tls):
    say(f"  {way.name}: {count} sessions")
    held = [connect(way.port, tls) for _ in range(20)]
    time.sleep(SETTLE)
    before = resident_kib(way.pid)
    try:
        for _ in range(count):
            held.append(connect(way.port, tls))
        time.sleep(SETTLE)
        samples.add(way.name, (resident_kib(way.pid) - before) / count, before)
    finally:
        for connection in held:
            connection.close()


class StandIn:
    """A process that logs everybody in who knows the role's secret."""

    def __init__(self, verifier):
        self.verifier = verifier

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("standin.py"), self.verifier], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


# A client

_salted = {}


def connect(port, tls):
    """A session, logged in."""
    wire = socket.create_connection((HOST, port), timeout=60)
    if tls:
        wire.sendall(struct.pack("!ii", 8, 80877103))
        assert wire.recv(1) == b"S"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        wire = context.wrap_socket(wire, server_hostname=f"{ENDPOINT}.localtest.me")
    words = b"".join(word.encode() + b"\0" for word in (
        "user", ROLE, "database", "postgres", "options", f"endpoint={ENDPOINT}")) + b"\0"
    wire.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
    expect(wire, 10)
    nonce = base64.b64encode(os.urandom(18)).decode()
    bare = f"n=,r={nonce}"
    first = ("n,," + bare).encode()
    send(wire, b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
    server = expect(wire, 11).decode()
    fields = dict(part.split("=", 1) for part in server.split(","))
    key = (fields["s"], fields["i"])
    if key not in _salted:
        _salted[key] = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    client = digest(_salted[key], b"Client Key")
    last = f"c=biws,r={fields['r']}"
    proof = digest(hashlib.sha256(client).digest(), f"{bare},{server},{last}".encode())
    send(wire, f"{last},p={base64.b64encode(bytes(a ^ b for a, b in zip(client, proof))).decode()}".encode())
    while message(wire)[0] != b"Z":
        pass
    return wire


def digest(key, text):
    return hmac.new(key, text, "sha256").digest()


def send(wire, body):
    wire.sendall(b"p" + struct.pack("!i", len(body) + 4) + body)


def expect(wire, kind):
    tag, body = message(wire)
    assert tag == b"R" and struct.unpack("!i", body[:4])[0] == kind, (tag, body)
    return body[4:]


def message(wire):
    tag, length = struct.unpack("!ci", exactly(wire, 5))
    body = exactly(wire, length - 4)
    assert tag != b"E", body
    return tag, body


def exactly(wire, count):
    data = b""
    while len(data) < count:
        more = wire.recv(count - len(data))
        assert more, "the proxy hung up"
        data += more
    return data
